//! Which commands does a query consist of, and what may stand in each?
//!
//! One page per command below "CloudWatch Logs Insights language query syntax". Beside the grammar this file keeps one rule
//! of our own walls: after a column of `unmask` only commands that neither read it nor change which events a row stands for
//! may follow, so that opening originals stays the last projection.

use super::expressions::Place;
use super::plan::{Column, Command, Expr, PLAN_VERSION, Plan, SortKey, Source, Totals};
use super::reader::{Read, Reader};
use super::{Aggregate, COMMANDS_MAX, ROWS_DEFAULT, ROWS_MAX, templates};
use crate::error::QueryError;
use std::collections::BTreeSet;

/// Commands of the language that this engine does not serve, each with what it would need.
const NOT_SERVED: &[(&str, &str)] = &[
    ("anomaly", "`anomaly` is not served: no model of what is usual is kept"),
    ("diff", "`diff` is not served: query the two ranges of time and compare"),
    ("join", "`join` is not served"),
    ("lookup", "`lookup` is not served: there are no lookup tables"),
];

/// Reads a query into a plan.
pub(super) fn compile(text: &str) -> Result<Plan, QueryError> {
    let mut compiler = Compiler::new(Reader::new(text)?);
    compiler.source()?;
    loop {
        let start = compiler.reader.skip();
        compiler.command(start)?;
        if compiler.commands.len() > COMMANDS_MAX {
            return Err(compiler.reader.wrong(start, "a query has 100 commands at most"));
        }
        if compiler.reader.is_done() {
            return Ok(compiler.finish());
        }
        compiler.reader.expect("|", "`|` belongs between commands")?;
    }
}

struct Compiler {
    reader: Reader,
    source: Option<Source>,
    commands: Vec<Command>,
    /// Result columns that show originals.
    unmasked: Vec<String>,
    /// Columns of the last `stats`, for `sort count(*)`.
    stats: BTreeSet<String>,
}

impl Compiler {
    fn new(reader: Reader) -> Self {
        Self { reader, source: None, commands: Vec::new(), unmasked: Vec::new(), stats: BTreeSet::new() }
    }

    fn finish(self) -> Plan {
        let named = self.commands.iter().rev().find_map(|command| match command {
            Command::Limit(rows) => Some(*rows),
            _ => None,
        });
        Plan {
            version: PLAN_VERSION,
            source: self.source,
            commands: self.commands,
            rows_max: named.unwrap_or(ROWS_DEFAULT),
            unmasked: self.unmasked,
        }
    }

    fn command(&mut self, start: usize) -> Read<()> {
        let name = self.reader.name()?.to_ascii_lowercase();
        if !self.unmasked.is_empty() && !["filter", "sort", "limit", "head"].contains(&name.as_str()) {
            return Err(self.reader.wrong(
                start,
                "after `unmask` only `filter`, `sort` and `limit` may follow: it is the last projection",
            ));
        }
        match name.as_str() {
            "fields" => self.columns().map(Command::Fields),
            "display" => self.columns().map(Command::Display),
            "filter" => self.condition().map(Command::Filter),
            "filterindex" => self.filter_index(),
            "stats" => self.stats(),
            "sort" => self.sort(),
            "limit" | "head" => self.limit(start),
            "parse" => self.parse(),
            "dedup" => self.list(|compiler| compiler.field().map(Expr::Field)).map(Command::Dedup),
            "unnest" => self.unnest(),
            "pattern" => self.field().map(|name| Command::Pattern(Expr::Field(name))),
            "addtotals" => self.totals(start),
            "unmask" => return self.unmask_command(start),
            name => return Err(self.unknown(start, name)),
        }
        .map(|command| self.commands.push(command))
    }

    fn unknown(&self, start: usize, name: &str) -> QueryError {
        let known = NOT_SERVED.iter().find(|(command, _)| *command == name);
        let problem = known.map_or(
            "a command belongs here, such as fields, filter, stats, sort, limit or parse",
            |(_, why)| why,
        );
        self.reader.wrong(start, problem)
    }

    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        let mut items = vec![item(self)?];
        while self.reader.sign(",") {
            items.push(item(self)?);
        }
        Ok(items)
    }

    fn field(&mut self) -> Read<String> {
        let start = self.reader.skip();
        let name = self.reader.name()?;
        match name.is_empty() {
            true => Err(self.reader.wrong(start, "a field's name belongs here")),
            false => self.not_unmasked(start, &Expr::Field(name.clone())).map(|()| name),
        }
    }

    /// Refuses what reads a column that `unmask` made.
    fn not_unmasked(&self, start: usize, expression: &Expr) -> Read<()> {
        let reads = |expr: &Expr| matches!(expr, Expr::Field(name) if name != "@message" && self.unmasked.contains(name));
        match expression.any(&reads) {
            true => Err(self.reader.wrong(start, "what `unmask` shows is read by no other command")),
            false => Ok(()),
        }
    }

    fn condition(&mut self) -> Read<Expr> {
        let start = self.reader.skip();
        let condition = self.reader.condition()?;
        self.not_unmasked(start, &condition).map(|()| condition)
    }

    /// Columns of `fields` or `display`; `unmask(@message)` is one of them at most once.
    fn columns(&mut self) -> Read<Vec<Column>> {
        let mut unmasked = Vec::new();
        let columns = self.list(|compiler| compiler.column_or_unmask(&mut unmasked))?;
        self.unmasked.extend(unmasked);
        Ok(columns)
    }

    fn column_or_unmask(&mut self, unmasked: &mut Vec<String>) -> Read<Column> {
        let start = self.reader.skip();
        if !(self.reader.word("unmask") && self.reader.sign("(")) {
            self.reader.cursor.go(start);
            return self.column(Place::Row);
        }
        self.message()?;
        self.reader.expect(")", "the closing parenthesis is missing")?;
        let written = self.written(start);
        let name = self.alias()?.unwrap_or(written);
        unmasked.push(name.clone());
        Ok(Column { name, value: Expr::Unmasked })
    }

    fn message(&mut self) -> Read<()> {
        let start = self.reader.skip();
        match self.reader.name()?.as_str() {
            "@message" => Ok(()),
            _ => Err(self.reader.wrong(start, "`unmask` takes `@message`, which holds whatever was masked")),
        }
    }

    /// `unmask @message` as a command of its own: the column is shown as it came.
    fn unmask_command(&mut self, start: usize) -> Read<()> {
        let enclosed = self.reader.sign("(");
        self.message()?;
        if enclosed {
            self.reader.expect(")", "the closing parenthesis is missing")?;
        }
        if !self.stats.is_empty() {
            return Err(self
                .reader
                .wrong(start, "rows of `stats` stand for no single event, so nothing can be unmasked"));
        }
        self.unmasked.push("@message".to_owned());
        self.commands
            .push(Command::Fields(vec![Column { name: "@message".to_owned(), value: Expr::Unmasked }]));
        Ok(())
    }

    /// An expression with its name.
    fn column(&mut self, place: Place) -> Read<Column> {
        let start = self.reader.skip();
        let value = self.reader.expression(place)?;
        self.not_unmasked(start, &value)?;
        let own = match &value {
            Expr::Field(name) => name.clone(),
            _ => self.written(start),
        };
        Ok(Column { name: self.alias()?.unwrap_or(own), value })
    }

    /// The expression as it was written, without the spaces around it.
    fn written(&self, start: usize) -> String {
        self.reader.cursor.text(start, self.reader.cursor.at()).trim().to_owned()
    }

    fn alias(&mut self) -> Read<Option<String>> {
        match self.reader.word("as") {
            true => self.field().map(Some),
            false => Ok(None),
        }
    }

    fn stats(&mut self) -> Read<Command> {
        let columns = self.list(Self::group_column)?;
        let by = match self.reader.word("by") {
            true => self.list(|compiler| compiler.column(Place::Row))?,
            false => Vec::new(),
        };
        self.stats = columns.iter().chain(&by).map(|column| squeezed(&column.name)).collect();
        Ok(Command::Stats { columns, by })
    }

    fn group_column(&mut self) -> Read<Column> {
        let start = self.reader.skip();
        let column = self.column(Place::Group)?;
        let by_time =
            |expr: &Expr| matches!(expr, Expr::Aggregate(Aggregate::Earliest | Aggregate::Latest, _));
        if !self.stats.is_empty() && column.value.any(&by_time) {
            return Err(self.reader.wrong(
                start,
                "`earliest` and `latest` go by the time of events, which `stats` has left behind",
            ));
        }
        match reads_outside(&column.value) || !column.value.any(&|expr| matches!(expr, Expr::Aggregate(..))) {
            true => Err(self
                .reader
                .wrong(start, "a column of `stats` is made of functions such as count, sum or avg")),
            false => Ok(column),
        }
    }

    fn sort(&mut self) -> Read<Command> {
        let _ = self.reader.word("by");
        self.list(Self::sort_key).map(Command::Sort)
    }

    fn sort_key(&mut self) -> Read<SortKey> {
        let start = self.reader.skip();
        let expression = self.reader.expression(Place::Group)?;
        let written = squeezed(&self.written(start));
        let by = match self.stats.contains(&written) {
            true => Expr::Field(self.stats_name(&written)),
            false if expression.any(&|expr| matches!(expr, Expr::Aggregate(..))) => {
                return Err(self
                    .reader
                    .wrong(start, "this function belongs in `stats`; sort by the name of its column"));
            }
            false => expression,
        };
        self.not_unmasked(start, &by)?;
        let descending = self.reader.word("desc");
        let _ = descending || self.reader.word("asc");
        Ok(SortKey { by, descending })
    }

    /// The name of the last `stats`' column, as it was written there.
    fn stats_name(&self, written: &str) -> String {
        let columns = self.commands.iter().rev().find_map(|command| match command {
            Command::Stats { columns, by } => Some(columns.iter().chain(by)),
            _ => None,
        });
        let found = columns.and_then(|mut columns| columns.find(|column| squeezed(&column.name) == written));
        found.map_or_else(|| written.to_owned(), |column| column.name.clone())
    }

    fn limit(&mut self, start: usize) -> Read<Command> {
        let rows = self.reader.count("a number of rows belongs here")?;
        match rows <= ROWS_MAX {
            true => Ok(Command::Limit(rows)),
            false => Err(self.reader.wrong(start, "a query gives 100,000 rows at most")),
        }
    }

    fn parse(&mut self) -> Read<Command> {
        let from = match self.reader.name()?.as_str() {
            "" => Expr::Field("@message".to_owned()),
            name => Expr::Field(name.to_owned()),
        };
        let start = self.reader.skip();
        if let Some(regex) = self.reader.regex()? {
            let names = templates::compile_regex(&regex)
                .map(|regex| templates::group_names(&regex))
                .unwrap_or_default();
            return match names.is_empty() {
                true => Err(self.reader.wrong(start, "the expression names no field: write (?<name>...)")),
                false => Ok(Command::Parse { from, regex, names }),
            };
        }
        let Some(glob) = self.reader.text()? else {
            return Err(self
                .reader
                .wrong(start, "a glob in quotes or a regular expression between slashes belongs here"));
        };
        let (regex, count) = templates::from_glob(&glob);
        if !self.reader.word("as") {
            return Err(self.reader.wrong(start, "`as` and a name for each star belong after a glob"));
        }
        let names = self.list(Self::field)?;
        match (count, names.len() == count && templates::compile_regex(&regex).is_some()) {
            (1.., true) => Ok(Command::Parse { from, regex, names }),
            _ => Err(self.reader.wrong(start, "a glob has a star for each name, and a name for each star")),
        }
    }

    fn unnest(&mut self) -> Read<Command> {
        let from = Expr::Field(self.field()?);
        let start = self.reader.skip();
        match self.reader.word("into") {
            true => Ok(Command::Unnest { from, into: self.field()? }),
            false => Err(self.reader.wrong(start, "`into` and a name belong here")),
        }
    }

    /// Indexes do not exist here: it keeps the rows that an index would lead to.
    fn filter_index(&mut self) -> Read<Command> {
        let start = self.reader.skip();
        let condition = self.condition()?;
        let indexed = matches!(
            &condition,
            Expr::In(of, _) | Expr::Binary(super::BinaryOperator::Equal, of, _) if matches!(**of, Expr::Field(_))
        );
        match indexed {
            true => Ok(Command::Filter(condition)),
            false => Err(self.reader.wrong(start, "`filterIndex` takes a field with `=` or `in`")),
        }
    }

    fn totals(&mut self, start: usize) -> Read<Command> {
        let mut totals = Totals { name: "Total".to_owned(), row: true, column: false, fields: Vec::new() };
        while !matches!(self.reader.cursor.peek(), None | Some('|')) {
            let start = self.reader.skip();
            if matches!(self.reader.cursor.peek(), None | Some('|')) {
                break;
            }
            let name = self.field()?;
            match (name.to_ascii_lowercase().as_str(), self.reader.sign("=")) {
                ("fieldname", true) => totals.name = self.field()?,
                ("row", true) => totals.row = self.switch()?,
                ("col", true) => totals.column = self.switch()?,
                (_, true) => return Err(self.reader.wrong(start, "fieldname=, row= or col= belongs here")),
                (_, false) => totals.fields.push(name),
            }
            let _ = self.reader.sign(",");
        }
        if totals.column && !self.reader.is_done() {
            return Err(self
                .reader
                .wrong(start, "`addtotals col=true` is the last command: its row sums the others"));
        }
        Ok(Command::AddTotals(totals))
    }

    fn switch(&mut self) -> Read<bool> {
        let start = self.reader.skip();
        match () {
            () if self.reader.word("true") => Ok(true),
            () if self.reader.word("false") => Ok(false),
            () => Err(self.reader.wrong(start, "true or false belongs here")),
        }
    }

    /// `SOURCE "group", ...` or `SOURCE logGroups(namePrefix: ["a"], ...)` at the start.
    fn source(&mut self) -> Read<()> {
        if !self.reader.word("source") {
            return Ok(());
        }
        let mut source = Source::default();
        match self.reader.word("loggroups") {
            true => self.selection(&mut source)?,
            false => source.groups = self.list(Self::wanted_text)?,
        }
        self.source = Some(source);
        self.reader.expect("|", "`|` and a command belong after SOURCE")
    }

    fn selection(&mut self, source: &mut Source) -> Read<()> {
        self.reader.expect("(", "a parenthesis belongs after logGroups")?;
        while !self.reader.sign(")") {
            let start = self.reader.skip();
            let name = self.reader.name()?.to_ascii_lowercase();
            self.reader.expect(":", "a colon belongs here")?;
            let texts = self.texts()?;
            match name.as_str() {
                "nameprefix" => source.name_prefixes = texts,
                "accountidentifier" | "accountidentifiers" => source.accounts = texts,
                "class" => source.classes = texts,
                _ => {
                    return Err(self
                        .reader
                        .wrong(start, "namePrefix, accountIdentifiers or class belongs here"));
                }
            }
            let _ = self.reader.sign(",");
        }
        Ok(())
    }

    fn texts(&mut self) -> Read<Vec<String>> {
        self.reader.expect("[", "a list in square brackets belongs here")?;
        let texts = self.list(Self::wanted_text)?;
        self.reader.expect("]", "the closing bracket is missing")?;
        Ok(texts)
    }

    fn wanted_text(&mut self) -> Read<String> {
        let start = self.reader.skip();
        self.reader.text()?.ok_or_else(|| self.reader.wrong(start, "a text in quotes belongs here"))
    }
}

/// Whether a field is read outside of every function of a group.
fn reads_outside(expression: &Expr) -> bool {
    match expression {
        Expr::Aggregate(..) => false,
        Expr::Field(_) => true,
        other => other.parts().into_iter().any(reads_outside),
    }
}

/// A written expression without its white space, in which `count( * )` and `count(*)` are one.
fn squeezed(written: &str) -> String {
    written.chars().filter(|c| !c.is_whitespace()).collect()
}
