//! Which functions has metric math, and what does each do with one series?
//!
//! CloudWatch User Guide, "Using math expressions with CloudWatch metrics", table of functions. Instants are UTC. Days of the week
//! are counted from 1 for Monday.

use super::MathError;
use super::evaluate::MetricSeries;

/// Words that functions know as operands.
pub(super) const WORDS: [&str; 2] = ["REPEAT", "LINEAR"];

macro_rules! functions {
    ($($function:ident $name:literal),+ $(,)?) => {
        /// A function that is worked out here.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Function { $($function),+ }

        const FUNCTIONS: &[(&str, Function)] = &[$(($name, Function::$function)),+];

        impl Function {
            /// Its name.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$function => $name),+ }
            }
        }
    };
}

functions! {
    Abs "ABS", Avg "AVG", Ceil "CEIL", Date "DATE", Day "DAY", Diff "DIFF", DiffTime "DIFF_TIME", Epoch "EPOCH", Fill "FILL",
    First "FIRST", Floor "FLOOR", Hour "HOUR", If "IF", Last "LAST", Log "LOG", Log10 "LOG10", Max "MAX",
    MetricCount "METRIC_COUNT", Metrics "METRICS", Min "MIN", Minute "MINUTE", Month "MONTH", Period "PERIOD", Rate "RATE",
    RunningSum "RUNNING_SUM", Stddev "STDDEV", Sum "SUM", TimeSeries "TIME_SERIES", Year "YEAR",
}

/// Functions that need what is not kept here.
const NOT_HERE: [&str; 9] = [
    "ANOMALY_DETECTION_BAND",
    "DB_PERF_INSIGHTS",
    "INSIGHT_RULE_METRIC",
    "LAMBDA",
    "REMOVE_EMPTY",
    "SEARCH",
    "SERVICE_QUOTA",
    "SLICE",
    "SORT",
];

impl Function {
    /// The function of a name: none that is known, one that is not here, or one that is.
    pub(super) fn parse(name: &str) -> Option<Result<Self, MathError>> {
        if let Some((_, function)) = FUNCTIONS.iter().find(|(known, _)| *known == name) {
            return Some(Ok(*function));
        }
        NOT_HERE.iter().find(|known| **known == name).map(|known| Err(MathError::NotHere(known)))
    }

    /// What it makes of each value by itself; none where it does something else.
    pub(super) fn of_value(self) -> Option<fn(f64) -> f64> {
        Some(match self {
            Self::Abs => f64::abs,
            Self::Ceil => f64::ceil,
            Self::Floor => f64::floor,
            Self::Log => f64::ln,
            Self::Log10 => f64::log10,
            _ => return None,
        })
    }

    /// What it makes of several values: those of one series, or those of one instant.
    pub(super) fn of_values(self) -> Option<fn(&[f64]) -> f64> {
        Some(match self {
            Self::Avg => average,
            Self::Max => |values| values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            Self::Min => |values| values.iter().copied().fold(f64::INFINITY, f64::min),
            Self::Stddev => deviation,
            Self::Sum => |values| values.iter().sum(),
            _ => return None,
        })
    }

    /// What it makes of an instant, in seconds since 1970.
    pub(super) fn of_instant(self) -> Option<fn(i64) -> f64> {
        Some(match self {
            Self::Epoch => |at| whole(at),
            Self::Minute => |at| whole(at.rem_euclid(3_600) / 60),
            Self::Hour => |at| whole(at.rem_euclid(DAY_S) / 3_600),
            // The first of January 1970 was a Thursday.
            Self::Day => |at| whole((at.div_euclid(DAY_S) + 3).rem_euclid(7) + 1),
            Self::Date => |at| whole(civil(at).2),
            Self::Month => |at| whole(civil(at).1),
            Self::Year => |at| whole(civil(at).0),
            _ => return None,
        })
    }

    /// What it makes of a series as a whole.
    pub(super) fn of_series(self, series: &MetricSeries) -> Option<MetricSeries> {
        let points: Vec<(i64, f64)> = series.points.iter().map(|(at, value)| (*at, *value)).collect();
        let after = points.iter().zip(points.iter().skip(1));
        let seconds = |one: i64, other: i64| (other - one) as f64 / 1_000.0;
        let made = match self {
            Self::Diff => after.map(|((_, one), (at, other))| (*at, other - one)).collect(),
            Self::DiffTime => after.map(|((one, _), (at, _))| (*at, seconds(*one, *at))).collect(),
            Self::Rate => {
                after.map(|((one, was), (at, is))| (*at, (is - was) / seconds(*one, *at))).collect()
            }
            Self::RunningSum => {
                let mut sum = 0.0;
                let mut added = |value: f64| {
                    sum += value;
                    sum
                };
                points.iter().map(|(at, value)| (*at, added(*value))).collect()
            }
            _ => return None,
        };
        Some(MetricSeries { points: made, ..series.clone() })
    }
}

fn average(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Of all values, not of a sample.
fn deviation(values: &[f64]) -> f64 {
    let mean = average(values);
    let squares = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
    (squares / values.len() as f64).sqrt()
}

const DAY_S: i64 = 86_400;

fn whole(number: i64) -> f64 {
    number as f64
}

/// Year, month and day of an instant, counted in the eras of 400 years that the calendar repeats in, from March on.
fn civil(at: i64) -> (i64, i64, i64) {
    let days = at.div_euclid(DAY_S) + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_have_their_parts() {
        // 2024-02-29T12:34:56Z, a Thursday, and the last second of 1999, a Friday.
        for (at, wanted) in
            [(1_709_210_096, [2024, 2, 29, 4, 12, 34]), (946_684_799, [1999, 12, 31, 5, 23, 59])]
        {
            let functions = [
                Function::Year,
                Function::Month,
                Function::Date,
                Function::Day,
                Function::Hour,
                Function::Minute,
            ];
            let found: Vec<f64> =
                functions.iter().map(|function| function.of_instant().unwrap()(at)).collect();
            assert_eq!(found, wanted.map(f64::from), "{at}");
        }
        assert_eq!(Function::Epoch.of_instant().unwrap()(5), 5.0);
    }

    #[test]
    fn each_function_has_one_name() {
        for (name, function) in FUNCTIONS {
            assert_eq!((function.name(), Function::parse(name)), (*name, Some(Ok(*function))));
        }
        assert_eq!(Function::parse("SORT"), Some(Err(MathError::NotHere("SORT"))));
        assert_eq!(Function::parse("sum"), None);
    }

    #[test]
    fn deviations_are_of_all_values() {
        assert_eq!(deviation(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]), 2.0);
    }
}
