//! `sotto policy explain` and `sotto policy simulate`: what do these policies decide?

use super::sets;
use crate::args::{AskArgs, ExplainArgs, MatrixFormat, PlainFormat, SimulateArgs};
use crate::fault::{Fault, Verdict};
use crate::out;
use anyhow::Result;
use serde::Serialize;
use sotto_arn::{Action, PrincipalArn};
use sotto_iam::analysis::{Estate, Question};
use sotto_iam::{Explanation, explain};
use std::io::{self, Write};

/// Most cells of one matrix.
const CELLS_MAX: usize = 1_000_000;
/// Who asks where nobody else is named; AWS's example account.
const SOMEBODY: &str = "arn:aws:iam::111122223333:user/somebody";

/// `sotto policy explain` without an endpoint.
pub(crate) fn run_explain(args: &ExplainArgs) -> Result<Verdict> {
    let estate = sets::asked(&args.sets, args.ask.kind)?;
    let action = args.action.as_deref().unwrap_or_default();
    let action = self::action(action)?;
    let resource = Question::decided_on(&action, &args.resource);
    let (principal, context) = (principal(&args.principal)?, context(&args.ask)?);
    let question = Question { principal, action, resource, context };
    let request = question.request().map_err(|error| Fault::usage(error.to_string()))?;
    let explained = explain(&estate.applying_to(&question.principal, &question.resource), &request);
    let message = explained.verdict.message(&request).to_string();
    let written = match args.format {
        PlainFormat::Text => explanation(&question, &explained, &message),
        PlainFormat::Json => json(&ExplainedJson::of(&question, &explained, &message)),
    };
    written.map_err(|error| Fault::output(&error))?;
    Ok(if explained.verdict.is_allowed() { Verdict::Fine } else { Verdict::Found })
}

fn explanation(question: &Question, explained: &Explanation, message: &str) -> io::Result<()> {
    let mut out = out::buffered();
    writeln!(out, "{question}")?;
    writeln!(out, "{}", explained.verdict)?;
    for found in &explained.matches {
        writeln!(out, "    {:?} by {}: {}", found.statement.effect(), found.layer, found.statement)?;
    }
    if !explained.missing_keys.is_empty() {
        writeln!(out, "    asked for and absent: {}", explained.missing_keys.join(", "))?;
    }
    if !explained.verdict.is_allowed() {
        writeln!(out, "AWS's words: {message}")?;
    }
    out.flush()
}

#[derive(Serialize)]
struct ExplainedJson<'q> {
    principal: String,
    action: String,
    resource: &'q str,
    decision: &'static str,
    layer: String,
    target: Option<&'q str>,
    statement: Option<String>,
    missing: Vec<String>,
    matches: Vec<MatchJson>,
    missing_context_keys: &'q [String],
    message: Option<&'q str>,
}

#[derive(Serialize)]
struct MatchJson {
    layer: String,
    effect: String,
    statement: String,
}

impl<'q> ExplainedJson<'q> {
    fn of(question: &'q Question, explained: &'q Explanation, message: &'q str) -> Self {
        let verdict = &explained.verdict;
        let found = explained.matches.iter().map(|found| MatchJson {
            layer: found.layer.to_string(),
            effect: format!("{:?}", found.statement.effect()),
            statement: found.statement.to_string(),
        });
        Self {
            principal: question.principal.to_string(),
            action: question.action.to_string(),
            resource: &question.resource,
            decision: verdict.outcome().as_str(),
            layer: verdict.layer().to_string(),
            target: verdict.target(),
            statement: verdict.statement().map(ToString::to_string),
            missing: verdict.missing().iter().map(|layer| layer.to_string()).collect(),
            matches: found.collect(),
            missing_context_keys: &explained.missing_keys,
            message: (!verdict.is_allowed()).then_some(message),
        }
    }
}

/// `sotto policy simulate`.
pub(crate) fn simulate(args: &SimulateArgs) -> Result<Verdict> {
    let estate = sets::asked(&args.sets, args.ask.kind)?;
    let principals = asking(&estate, &args.principal)?;
    let actions: Vec<Action> = args.action.iter().map(|text| action(text)).collect::<Result<_>>()?;
    let count = principals.len().saturating_mul(actions.len()).saturating_mul(args.resource.len());
    if count > CELLS_MAX {
        return Err(Fault::usage(format!(
            "that is a matrix of {count} cells; at most {CELLS_MAX} are decided at once"
        )));
    }
    let context = context(&args.ask)?;
    let mut cells = Vec::with_capacity(count);
    for principal in &principals {
        for action in &actions {
            for asked in &args.resource {
                let (action, resource) = (action.clone(), Question::decided_on(action, asked));
                let question =
                    Question { principal: principal.clone(), action, resource, context: context.clone() };
                cells.push(Cell::of(&estate, &question, asked)?);
            }
        }
    }
    match args.format {
        MatrixFormat::Text => matrix(&cells),
        MatrixFormat::Json => json(&cells),
        MatrixFormat::Csv => csv(&cells),
    }
    .map_err(|error| Fault::output(&error))?;
    Ok(Verdict::Fine)
}

fn asking(estate: &Estate, named: &[String]) -> Result<Vec<PrincipalArn>> {
    match named {
        [] if estate.subjects.is_empty() => Ok(vec![principal(SOMEBODY)?]),
        [] => Ok(estate.subjects.iter().map(|subject| subject.arn.clone()).collect()),
        named => named.iter().map(|text| principal(text)).collect(),
    }
}

/// One decision of a matrix.
#[derive(Serialize)]
struct Cell {
    principal: String,
    action: String,
    resource: String,
    decision: &'static str,
    why: String,
}

impl Cell {
    fn of(estate: &Estate, question: &Question, asked: &str) -> Result<Self> {
        let verdict = estate.decide(question).map_err(|error| Fault::usage(error.to_string()))?;
        Ok(Self {
            principal: question.principal.to_string(),
            action: question.action.to_string(),
            resource: asked.to_owned(),
            decision: verdict.outcome().as_str(),
            why: verdict.to_string(),
        })
    }

    /// The word of the decision, short enough for a column.
    fn word(&self) -> &'static str {
        match self.decision {
            "allowed" => "allow",
            "explicitDeny" => "DENY",
            _ => "-",
        }
    }
}

/// Rows are principals and resources, columns actions.
fn matrix(cells: &[Cell]) -> io::Result<()> {
    let mut out = out::buffered();
    let mut rows: Vec<(&str, &str)> = Vec::new();
    let mut columns: Vec<&str> = Vec::new();
    for cell in cells {
        if !rows.contains(&(&cell.principal, &cell.resource)) {
            rows.push((&cell.principal, &cell.resource));
        }
        if !columns.contains(&cell.action.as_str()) {
            columns.push(&cell.action);
        }
    }
    let label = |(principal, resource): &(&str, &str)| format!("{principal} on {resource}");
    let width = rows.iter().map(|row| label(row).chars().count()).max().unwrap_or_default();
    writeln!(out, "{:width$}  {}", "", columns.join("  "))?;
    for row in &rows {
        let mut line = format!("{:width$}", label(row));
        let of_row = cells.iter().filter(|cell| (cell.principal.as_str(), cell.resource.as_str()) == *row);
        for cell in of_row {
            line.push_str(&format!("  {:width$}", cell.word(), width = cell.action.chars().count()));
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    writeln!(out, "allow: allowed; DENY: denied by a statement; -: nothing allows it")?;
    out.flush()
}

fn csv(cells: &[Cell]) -> io::Result<()> {
    let mut out = out::buffered();
    writeln!(out, "principal,action,resource,decision,why")?;
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    for cell in cells {
        let (principal, resource) = (quoted(&cell.principal), quoted(&cell.resource));
        writeln!(out, "{principal},{},{resource},{},{}", cell.action, cell.decision, quoted(&cell.why))?;
    }
    out.flush()
}

fn json(value: &impl Serialize) -> io::Result<()> {
    let mut out = out::buffered();
    serde_json::to_writer_pretty(&mut out, value)?;
    writeln!(out)?;
    out.flush()
}

fn principal(text: &str) -> Result<PrincipalArn> {
    PrincipalArn::parse(text).map_err(|error| Fault::usage(format!("--principal: {error}")))
}

fn action(text: &str) -> Result<Action> {
    Action::parse(text).map_err(|error| Fault::usage(format!("--action: {error}")))
}

/// Keys with all their values, in the order of their first appearance.
fn context(ask: &AskArgs) -> Result<Vec<(String, Vec<String>)>> {
    let mut context: Vec<(String, Vec<String>)> = Vec::new();
    for pair in &ask.context {
        let Some((key, value)) = pair.split_once('=').filter(|(key, _)| !key.is_empty()) else {
            return Err(Fault::usage(format!("--context: `{pair}` is not KEY=VALUE")));
        };
        match context.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(key)) {
            Some((_, values)) => values.push(value.to_owned()),
            None => context.push((key.to_owned(), vec![value.to_owned()])),
        }
    }
    Ok(context)
}
