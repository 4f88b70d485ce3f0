//! What is the result of an expression? A number, a series, or several.
//!
//! An operator between series works on the instants that both have; a number goes with each instant. A value that is none (a
//! division by zero) leaves its instant out, as CloudWatch leaves gaps.

use super::functions::Function;
use super::{Expression, MathError, Node, Operator};
use std::collections::BTreeMap;

/// A series of one request, with what it is called.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MetricSeries {
    /// Place of the query in the request that it came from: it has the label.
    pub source: usize,
    /// How long its periods are, in milliseconds.
    pub period_ms: i64,
    /// Values by the start of their period, in milliseconds since 1970.
    pub points: BTreeMap<i64, f64>,
}

/// A result.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// A number.
    Scalar(f64),
    /// A series.
    Series(MetricSeries),
    /// Several series.
    Many(Vec<MetricSeries>),
}

/// From when to when, and how far apart instants are.
#[derive(Clone, Copy, Debug)]
pub struct Grid {
    /// From this instant on, in milliseconds since 1970.
    pub from_ms: i64,
    /// Up to this one, not included.
    pub to_ms: i64,
    /// How far apart instants of a new series are.
    pub period_ms: i64,
    /// At most so many instants.
    pub points_max: usize,
}

impl Grid {
    /// Instants from a multiple of a period on.
    fn instants(self, period_ms: i64) -> Result<impl Iterator<Item = i64>, MathError> {
        let period = period_ms.max(1);
        let start = self.from_ms.div_euclid(period).saturating_mul(period);
        let count = self.to_ms.saturating_sub(start).max(0).div_euclid(period).saturating_add(1);
        if usize::try_from(count).map_or(true, |count| count > self.points_max.saturating_add(1)) {
            return Err(MathError::Points);
        }
        let to = self.to_ms;
        Ok((0..count).map(move |step| start + step * period).take_while(move |at| *at < to))
    }
}

/// What ids stand for.
#[derive(Clone, Debug, Default)]
pub struct Operands {
    /// Results of queries by id.
    pub by_id: BTreeMap<String, Operand>,
    /// Ids of queries of metrics, in the order of the request: what METRICS gives.
    pub metrics: Vec<String>,
}

impl Expression {
    /// Works it out.
    ///
    /// # Errors
    /// When operands do not go together, or an id is unknown.
    pub fn result(&self, operands: &Operands, grid: Grid) -> Result<Operand, MathError> {
        Working { operands, grid }.of(&self.0)
    }
}

struct Working<'a> {
    operands: &'a Operands,
    grid: Grid,
}

impl Working<'_> {
    fn of(&self, node: &Node) -> Result<Operand, MathError> {
        match node {
            Node::Number(number) => Ok(Operand::Scalar(*number)),
            Node::Id(id) => self.operands.by_id.get(id).cloned().ok_or(MathError::Id),
            Node::Word(_) | Node::Text(_) => Err(MathError::Operands("this word")),
            Node::List(nodes) => {
                let all: Vec<Vec<MetricSeries>> =
                    nodes.iter().map(|node| self.of(node)?.series("a list")).collect::<Result<_, _>>()?;
                Ok(Operand::Many(all.into_iter().flatten().collect()))
            }
            Node::Call(function, nodes) => self.call(*function, nodes),
            Node::Negative(node) => Ok(self.of(node)?.each(|value| -value)),
            Node::Both(operator, one, other) => both(*operator, self.of(one)?, self.of(other)?),
        }
    }

    fn call(&self, function: Function, nodes: &[Node]) -> Result<Operand, MathError> {
        let wrong = MathError::Operands(function.name());
        match (function, nodes) {
            (Function::If, [condition, then, otherwise]) => {
                choose(self.of(condition)?, self.of(then)?, self.of(otherwise)?)
            }
            (Function::Fill, [series, with]) => self.fill(self.of(series)?, with),
            (Function::Metrics, []) => self.metrics(""),
            (Function::Metrics, [Node::Text(part)]) => self.metrics(part),
            (_, [one]) => self.of_one(function, self.of(one)?),
            _ => Err(wrong),
        }
    }

    fn of_one(&self, function: Function, operand: Operand) -> Result<Operand, MathError> {
        let wrong = || MathError::Operands(function.name());
        if let Some(of_value) = function.of_value() {
            return Ok(operand.each(of_value));
        }
        if let Some(of_values) = function.of_values() {
            return gathered(of_values, operand).ok_or_else(wrong);
        }
        if let Some(of_instant) = function.of_instant() {
            return operand
                .map(|series| series.by_instant(|at, _| of_instant(at.div_euclid(1_000))))
                .ok_or_else(wrong);
        }
        match (function, operand) {
            (Function::First, Operand::Many(all)) => {
                all.into_iter().next().map(Operand::Series).ok_or_else(wrong)
            }
            (Function::Last, Operand::Many(all)) => {
                all.into_iter().next_back().map(Operand::Series).ok_or_else(wrong)
            }
            (Function::MetricCount, Operand::Many(all)) => Ok(Operand::Scalar(all.len() as f64)),
            (Function::MetricCount, Operand::Series(_)) => Ok(Operand::Scalar(1.0)),
            (Function::Period, Operand::Series(series)) => {
                Ok(Operand::Scalar(series.period_ms as f64 / 1_000.0))
            }
            (Function::TimeSeries, Operand::Scalar(number)) => self.constant(number),
            (_, operand) => match operand {
                Operand::Scalar(_) => Err(wrong()),
                series => series.try_map(|series| function.of_series(&series).ok_or_else(wrong)),
            },
        }
    }

    /// Queries of metrics whose ids have a text in them.
    fn metrics(&self, part: &str) -> Result<Operand, MathError> {
        let ids = self.operands.metrics.iter().filter(|id| id.contains(part));
        let all: Vec<Vec<MetricSeries>> = ids
            .map(|id| self.operands.by_id.get(id).cloned().ok_or(MathError::Id)?.series("METRICS"))
            .collect::<Result<_, _>>()?;
        Ok(Operand::Many(all.into_iter().flatten().collect()))
    }

    fn constant(&self, number: f64) -> Result<Operand, MathError> {
        let period_ms = self.grid.period_ms;
        let points = self.grid.instants(period_ms)?.map(|at| (at, number)).collect();
        Ok(Operand::Series(MetricSeries { source: 0, period_ms, points }))
    }

    fn fill(&self, operand: Operand, with: &Node) -> Result<Operand, MathError> {
        let given = match with {
            Node::Word(_) => None,
            node => Some(self.of(node)?),
        };
        operand.try_map(|series| {
            let mut filled = series.clone();
            for at in self.grid.instants(series.period_ms)?.filter(|at| !series.points.contains_key(at)) {
                let value = match (&given, with) {
                    (Some(Operand::Scalar(number)), _) => Some(*number),
                    (Some(Operand::Series(other)), _) => other.points.get(&at).copied(),
                    (None, Node::Word("REPEAT")) => {
                        series.points.range(..at).next_back().map(|(_, value)| *value)
                    }
                    (None, _) => between(&series.points, at),
                    (Some(Operand::Many(_)), _) => return Err(MathError::Operands("FILL")),
                };
                filled.points.extend(value.map(|value| (at, value)));
            }
            Ok(filled)
        })
    }
}

/// On the straight line between its neighbours.
fn between(points: &BTreeMap<i64, f64>, at: i64) -> Option<f64> {
    let (before, was) = points.range(..at).next_back()?;
    let (after, will) = points.range(at..).next()?;
    let share = (at - before) as f64 / (after - before) as f64;
    Some(was + (will - was) * share)
}

impl MetricSeries {
    fn by_instant(self, value: impl Fn(i64, f64) -> f64) -> Self {
        let points = self.points.iter().map(|(at, was)| (*at, value(*at, *was)));
        Self { points: points.filter(|(_, value)| value.is_finite()).collect(), ..self }
    }

    /// At the instants that both have.
    fn with(&self, other: &Self, value: impl Fn(f64, f64) -> f64) -> Self {
        let both =
            self.points.iter().filter_map(|(at, one)| Some((*at, value(*one, *other.points.get(at)?))));
        Self {
            source: self.source,
            period_ms: self.period_ms.max(other.period_ms),
            points: both.filter(|(_, value)| value.is_finite()).collect(),
        }
    }
}

impl Operand {
    /// As series; a number is none.
    fn series(self, name: &'static str) -> Result<Vec<MetricSeries>, MathError> {
        match self {
            Self::Scalar(_) => Err(MathError::Operands(name)),
            Self::Series(series) => Ok(vec![series]),
            Self::Many(all) => Ok(all),
        }
    }

    /// As the result of a query.
    ///
    /// # Errors
    /// When it is a number.
    pub fn into_results(self) -> Result<Vec<MetricSeries>, MathError> {
        self.series("").map_err(|_| MathError::Scalar)
    }

    fn each(self, value: impl Fn(f64) -> f64) -> Self {
        match self {
            Self::Scalar(number) => Self::Scalar(value(number)),
            Self::Series(series) => Self::Series(series.by_instant(|_, was| value(was))),
            Self::Many(all) => {
                Self::Many(all.into_iter().map(|series| series.by_instant(|_, was| value(was))).collect())
            }
        }
    }

    fn map(self, change: impl Fn(MetricSeries) -> MetricSeries) -> Option<Self> {
        self.try_map(|series| Ok(change(series))).ok()
    }

    fn try_map(
        self,
        change: impl Fn(MetricSeries) -> Result<MetricSeries, MathError>,
    ) -> Result<Self, MathError> {
        match self {
            Self::Scalar(_) => Err(MathError::Operands("this function")),
            Self::Series(series) => change(series).map(Self::Series),
            Self::Many(all) => all.into_iter().map(change).collect::<Result<_, _>>().map(Self::Many),
        }
    }
}

/// One number of a series, or one series of several.
fn gathered(of_values: fn(&[f64]) -> f64, operand: Operand) -> Option<Operand> {
    match operand {
        Operand::Scalar(_) => None,
        Operand::Series(series) => {
            let values: Vec<f64> = series.points.into_values().collect();
            Some(Operand::Scalar(if values.is_empty() { 0.0 } else { of_values(&values) }))
        }
        Operand::Many(all) => {
            let (source, period_ms) =
                (all.first().map_or(0, |first| first.source), all.iter().map(|one| one.period_ms).max());
            let mut instants: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
            for (at, value) in all.into_iter().flat_map(|series| series.points) {
                instants.entry(at).or_default().push(value);
            }
            let points = instants.into_iter().map(|(at, values)| (at, of_values(&values))).collect();
            Some(Operand::Series(MetricSeries { source, period_ms: period_ms.unwrap_or(1), points }))
        }
    }
}

fn both(operator: Operator, one: Operand, other: Operand) -> Result<Operand, MathError> {
    let act = operator.act();
    Ok(match (one, other) {
        (Operand::Scalar(one), Operand::Scalar(other)) => Operand::Scalar(act(one, other)),
        (Operand::Scalar(one), other) => other.each(|value| act(one, value)),
        (one, Operand::Scalar(other)) => one.each(|value| act(value, other)),
        (Operand::Series(one), Operand::Series(other)) => Operand::Series(one.with(&other, act)),
        (Operand::Series(one), Operand::Many(all)) => Operand::Many(
            all.iter().map(|other| MetricSeries { source: other.source, ..one.with(other, act) }).collect(),
        ),
        (Operand::Many(all), Operand::Series(other)) => {
            Operand::Many(all.iter().map(|one| one.with(&other, act)).collect())
        }
        (Operand::Many(_), Operand::Many(_)) => return Err(MathError::Operands("an operator")),
    })
}

impl Operator {
    fn act(self) -> fn(f64, f64) -> f64 {
        match self {
            Self::Or => |one, other| truth(one != 0.0 || other != 0.0),
            Self::And => |one, other| truth(one != 0.0 && other != 0.0),
            Self::Equal => |one, other| truth(one == other),
            Self::Unequal => |one, other| truth(one != other),
            Self::AtMost => |one, other| truth(one <= other),
            Self::AtLeast => |one, other| truth(one >= other),
            Self::Below => |one, other| truth(one < other),
            Self::Above => |one, other| truth(one > other),
            Self::Plus => |one, other| one + other,
            Self::Minus => |one, other| one - other,
            Self::Times => |one, other| one * other,
            Self::Over => |one, other| one / other,
            Self::Power => f64::powf,
        }
    }
}

fn truth(is_true: bool) -> f64 {
    f64::from(u8::from(is_true))
}

/// IF: by the condition's instants where it is a series, as a whole where it is a number.
fn choose(condition: Operand, then: Operand, otherwise: Operand) -> Result<Operand, MathError> {
    let condition = match condition {
        Operand::Scalar(number) => return Ok(if number == 0.0 { otherwise } else { then }),
        Operand::Series(series) => series,
        Operand::Many(_) => return Err(MathError::Operands("IF")),
    };
    let value = |operand: &Operand, at: i64| match operand {
        Operand::Scalar(number) => Ok(Some(*number)),
        Operand::Series(series) => Ok(series.points.get(&at).copied()),
        Operand::Many(_) => Err(MathError::Operands("IF")),
    };
    let mut points = BTreeMap::new();
    for (at, is_true) in &condition.points {
        let chosen = if *is_true == 0.0 { &otherwise } else { &then };
        points.extend(value(chosen, *at)?.map(|value| (*at, value)));
    }
    Ok(Operand::Series(MetricSeries { points, ..condition }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    fn series(source: usize, values: &[(i64, f64)]) -> MetricSeries {
        let points = values.iter().map(|(minute, value)| (minute * MINUTE, *value)).collect();
        MetricSeries { source, period_ms: MINUTE, points }
    }

    fn worked_out(text: &str) -> Result<Operand, MathError> {
        let one = series(0, &[(0, 1.0), (1, 2.0), (3, 8.0)]);
        let two = series(1, &[(0, 10.0), (1, 0.0), (2, 5.0), (3, -2.0)]);
        let by_id = [("m1".to_owned(), Operand::Series(one)), ("m2".to_owned(), Operand::Series(two))].into();
        let operands = Operands { by_id, metrics: vec!["m1".to_owned(), "m2".to_owned()] };
        let grid = Grid { from_ms: 0, to_ms: 4 * MINUTE, period_ms: MINUTE, points_max: 100 };
        Expression::parse(text)?.result(&operands, grid)
    }

    #[test]
    fn expressions_give_series() {
        for (text, wanted) in [
            ("m1 + m2", vec![(0, 11.0), (1, 2.0), (3, 6.0)]),
            ("m1 / m2", vec![(0, 0.1), (3, -4.0)]),
            ("2 + m1 * 3", vec![(0, 5.0), (1, 8.0), (3, 26.0)]),
            ("-m1^2", vec![(0, -1.0), (1, -4.0), (3, -64.0)]),
            ("(m1 - 1) * 2 - 1", vec![(0, -1.0), (1, 1.0), (3, 13.0)]),
            ("m1 > 1 AND m2 < 1", vec![(0, 0.0), (1, 1.0), (3, 1.0)]),
            ("m1 == 1 || m2 == -2", vec![(0, 1.0), (1, 0.0), (3, 1.0)]),
            ("IF(m2 > 0, m1, 0)", vec![(0, 1.0), (1, 0.0), (3, 0.0)]),
            ("IF(1, m1, m2)", vec![(0, 1.0), (1, 2.0), (3, 8.0)]),
            ("SUM([m1, m2])", vec![(0, 11.0), (1, 2.0), (2, 5.0), (3, 6.0)]),
            ("MAX(METRICS())", vec![(0, 10.0), (1, 2.0), (2, 5.0), (3, 8.0)]),
            ("MIN(METRICS('2'))", vec![(0, 10.0), (1, 0.0), (2, 5.0), (3, -2.0)]),
            ("AVG([m1, m2])", vec![(0, 5.5), (1, 1.0), (2, 5.0), (3, 3.0)]),
            ("FILL(m1, 7)", vec![(0, 1.0), (1, 2.0), (2, 7.0), (3, 8.0)]),
            ("FILL(m1, REPEAT)", vec![(0, 1.0), (1, 2.0), (2, 2.0), (3, 8.0)]),
            ("FILL(m1, LINEAR)", vec![(0, 1.0), (1, 2.0), (2, 5.0), (3, 8.0)]),
            ("FILL(m1, m2)", vec![(0, 1.0), (1, 2.0), (2, 5.0), (3, 8.0)]),
            ("DIFF(m1)", vec![(1, 1.0), (3, 6.0)]),
            ("DIFF_TIME(m1)", vec![(1, 60.0), (3, 120.0)]),
            ("RATE(m1)", vec![(1, 1.0 / 60.0), (3, 0.05)]),
            ("RUNNING_SUM(m1)", vec![(0, 1.0), (1, 3.0), (3, 11.0)]),
            ("ABS(m2)", vec![(0, 10.0), (1, 0.0), (2, 5.0), (3, 2.0)]),
            ("CEIL(m1 / 4)", vec![(0, 1.0), (1, 1.0), (3, 2.0)]),
            ("LOG10(m2)", vec![(0, 1.0), (2, 5.0_f64.log10())]),
            ("MINUTE(m1)", vec![(0, 0.0), (1, 1.0), (3, 3.0)]),
            ("m1 / PERIOD(m1)", vec![(0, 1.0 / 60.0), (1, 2.0 / 60.0), (3, 8.0 / 60.0)]),
            ("m1 * SUM(m1)", vec![(0, 11.0), (1, 22.0), (3, 88.0)]),
            ("TIME_SERIES(METRIC_COUNT(METRICS()))", vec![(0, 2.0), (1, 2.0), (2, 2.0), (3, 2.0)]),
            ("LAST([m2, m1])", vec![(0, 1.0), (1, 2.0), (3, 8.0)]),
            ("FIRST(METRICS()) ** 1", vec![(0, 1.0), (1, 2.0), (3, 8.0)]),
        ] {
            match worked_out(text).unwrap() {
                Operand::Series(found) => assert_eq!(found.points, series(0, &wanted).points, "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
    }

    #[test]
    fn several_series_stay_several_and_know_their_source() {
        let Operand::Many(all) = worked_out("METRICS() * 2").unwrap() else { panic!("several") };
        assert_eq!(all.iter().map(|one| one.source).collect::<Vec<_>>(), [0, 1]);
        let Operand::Many(all) = worked_out("m1 - METRICS()").unwrap() else { panic!("several") };
        assert_eq!(all.iter().map(|one| one.source).collect::<Vec<_>>(), [0, 1]);
    }

    #[test]
    fn what_does_not_go_together_is_told() {
        for (text, wanted) in [
            ("m3", MathError::Id),
            ("METRICS() + METRICS()", MathError::Operands("an operator")),
            ("FIRST(m1)", MathError::Operands("FIRST")),
            ("SUM(1)", MathError::Operands("SUM")),
            ("IF(m1, 2)", MathError::Operands("IF")),
            ("TIME_SERIES(m1)", MathError::Operands("TIME_SERIES")),
            ("DIFF(1)", MathError::Operands("DIFF")),
            ("m1 + REPEAT", MathError::Operands("this word")),
        ] {
            assert_eq!(worked_out(text), Err(wanted), "{text}");
        }
        assert_eq!(worked_out("SUM(m1)").unwrap().into_results(), Err(MathError::Scalar));
    }

    #[test]
    fn new_series_have_a_bounded_number_of_instants() {
        let grid = |points_max| Grid { from_ms: 0, to_ms: 10 * MINUTE, period_ms: MINUTE, points_max };
        let result = |points_max| {
            Expression::parse("TIME_SERIES(1)")
                .unwrap()
                .result(&Operands::default(), grid(points_max))
                .map(drop)
        };
        assert_eq!((result(10), result(9)), (Ok(()), Err(MathError::Points)));
    }
}
