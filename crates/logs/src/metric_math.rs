//! What does an expression of metric math say? Numbers, series of the request by their ids, operators and functions.
//!
//! CloudWatch User Guide, "Using math expressions with CloudWatch metrics". An expression is read once from left to right; what is
//! wrong is told by its place and never by the caller's words. Functions that need what is not kept here (searches, models of
//! anomalies, percentiles' neighbours) are refused by name, before anything is worked out.

mod evaluate;
mod functions;

pub use evaluate::{Grid, MetricSeries, Operand, Operands};

use functions::Function;

/// Longest expression, in characters (API Reference, "MetricDataQuery").
pub const EXPRESSION_CHARS_MAX: usize = 2_048;
/// How deep brackets, functions and operands may stand in each other.
pub const EXPRESSION_DEPTH_MAX: usize = 64;

/// Why an expression has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, sotto_public::LogSafe)]
pub enum MathError {
    /// It cannot be read.
    #[error("the expression cannot be read at character {0}")]
    Syntax(usize),
    /// It is too long, or too deep.
    #[error("an expression has at most 2048 characters and stands at most 64 deep")]
    TooLarge,
    /// A function that nobody knows.
    #[error("the function at character {0} is not one of metric math")]
    Unknown(usize),
    /// A function that exists elsewhere.
    #[error("the function {0} is not available in this release")]
    NotHere(&'static str),
    /// An id that the request does not define, or that depends on itself.
    #[error("the expression names an id that the request does not define")]
    Id,
    /// Operands of the wrong kind, or too many or few.
    #[error("{0} cannot be worked out with these operands")]
    Operands(&'static str),
    /// A number where a series is wanted.
    #[error("the result of an expression is one or more series; TIME_SERIES makes one of a number")]
    Scalar,
    /// More data points than a call may have.
    #[error("the expression gives more than 100800 data points; ask for less time or longer periods")]
    Points,
}

/// An operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Or,
    And,
    Equal,
    Unequal,
    AtMost,
    AtLeast,
    Below,
    Above,
    Plus,
    Minus,
    Times,
    Over,
    Power,
}

/// Operators as they are written, longer ones first, with how closely they bind.
const OPERATORS: [(&str, Operator, u8); 16] = [
    ("||", Operator::Or, 1),
    ("OR", Operator::Or, 1),
    ("&&", Operator::And, 2),
    ("AND", Operator::And, 2),
    ("==", Operator::Equal, 3),
    ("!=", Operator::Unequal, 3),
    ("<=", Operator::AtMost, 3),
    (">=", Operator::AtLeast, 3),
    ("<", Operator::Below, 3),
    (">", Operator::Above, 3),
    ("+", Operator::Plus, 4),
    ("-", Operator::Minus, 4),
    ("*", Operator::Times, 5),
    ("/", Operator::Over, 5),
    ("^", Operator::Power, 6),
    ("**", Operator::Power, 6),
];

/// A part of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    Number(f64),
    Id(String),
    /// `REPEAT`, `LINEAR`: words that a function knows.
    Word(&'static str),
    Text(String),
    List(Vec<Self>),
    Call(Function, Vec<Self>),
    Negative(Box<Self>),
    Both(Operator, Box<Self>, Box<Self>),
}

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression(Node);

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// The place of the first mistake, or the function that is not there.
    pub fn parse(text: &str) -> Result<Self, MathError> {
        let chars: Vec<char> = text.chars().collect();
        if chars.len() > EXPRESSION_CHARS_MAX {
            return Err(MathError::TooLarge);
        }
        let mut reader = Reader { chars, at: 0, depth: 0 };
        let node = reader.operation(0)?;
        reader.skip_blanks();
        match reader.peek() {
            None => Ok(Self(node)),
            Some(_) => Err(reader.syntax()),
        }
    }

    /// The ids that it names, and whether it names all metrics.
    pub fn ids(&self) -> (Vec<&str>, bool) {
        let (mut ids, mut all) = (Vec::new(), false);
        let mut rest = vec![&self.0];
        while let Some(node) = rest.pop() {
            match node {
                Node::Id(id) => ids.push(id.as_str()),
                Node::List(nodes) => rest.extend(nodes),
                Node::Call(function, nodes) => {
                    all |= *function == Function::Metrics;
                    rest.extend(nodes);
                }
                Node::Negative(node) => rest.push(node),
                Node::Both(_, one, other) => rest.extend([&**one, &**other]),
                Node::Number(_) | Node::Word(_) | Node::Text(_) => {}
            }
        }
        (ids, all)
    }
}

struct Reader {
    chars: Vec<char>,
    at: usize,
    depth: usize,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn syntax(&self) -> MathError {
        MathError::Syntax(self.at + 1)
    }

    fn skip_blanks(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn takes(&mut self, wanted: char) -> bool {
        self.skip_blanks();
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn wants(&mut self, wanted: char) -> Result<(), MathError> {
        if self.takes(wanted) { Ok(()) } else { Err(self.syntax()) }
    }

    fn take_while(&mut self, fits: impl Fn(char) -> bool) -> String {
        let mut taken = String::new();
        while let Some(next) = self.peek().filter(|next| fits(*next)) {
            taken.push(next);
            self.at += 1;
        }
        taken
    }

    /// The operator that stands here, how long it is, and how closely it binds.
    fn operator(&mut self) -> Option<(Operator, usize, u8)> {
        self.skip_blanks();
        let here =
            |word: &str| word.chars().enumerate().all(|(at, c)| self.chars.get(self.at + at) == Some(&c));
        let behind = |word: &str| self.chars.get(self.at + word.len()).copied();
        let whole = |word: &str| {
            !word.starts_with(char::is_alphabetic)
                || !behind(word).is_some_and(|c| c.is_alphanumeric() || c == '_')
        };
        let mut found = OPERATORS.iter().filter(|(word, ..)| here(word) && whole(word));
        let first = found.next()?;
        // `**` begins like `*`, `<=` stands before `<`.
        let (word, operator, binds) = found.find(|(word, ..)| word.len() > first.0.len()).unwrap_or(first);
        Some((*operator, word.len(), *binds))
    }

    /// Operands with operators between them that bind at least so closely.
    fn operation(&mut self, least: u8) -> Result<Node, MathError> {
        self.depth += 1;
        if self.depth > EXPRESSION_DEPTH_MAX {
            return Err(MathError::TooLarge);
        }
        let mut left = self.operand()?;
        while let Some((operator, length, binds)) = self.operator().filter(|(.., binds)| *binds >= least) {
            self.at += length;
            let right = self.operation(binds + u8::from(operator != Operator::Power))?;
            left = Node::Both(operator, Box::new(left), Box::new(right));
        }
        self.depth -= 1;
        Ok(left)
    }

    fn operand(&mut self) -> Result<Node, MathError> {
        self.skip_blanks();
        match self.peek().ok_or_else(|| self.syntax())? {
            '(' => {
                self.at += 1;
                let inner = self.operation(0)?;
                self.wants(')')?;
                Ok(inner)
            }
            '[' => {
                self.at += 1;
                self.list(']').map(Node::List)
            }
            '-' => {
                self.at += 1;
                // Closer than all but powers: -2^2 is -4.
                self.operation(6).map(|node| Node::Negative(Box::new(node)))
            }
            '"' | '\'' => self.text(),
            c if c.is_ascii_digit() || c == '.' => self.number(),
            c if c.is_ascii_alphabetic() => self.name(),
            _ => Err(self.syntax()),
        }
    }

    fn list(&mut self, end: char) -> Result<Vec<Node>, MathError> {
        let mut nodes = Vec::new();
        if self.takes(end) {
            return Ok(nodes);
        }
        loop {
            nodes.push(self.operation(0)?);
            if self.takes(end) {
                return Ok(nodes);
            }
            self.wants(',')?;
        }
    }

    fn text(&mut self) -> Result<Node, MathError> {
        let quote = self.peek();
        self.at += 1;
        let text = self.take_while(|c| Some(c) != quote);
        match self.peek() {
            Some(_) => {
                self.at += 1;
                Ok(Node::Text(text))
            }
            None => Err(self.syntax()),
        }
    }

    fn number(&mut self) -> Result<Node, MathError> {
        let start = self.at;
        let mut digits = self.take_while(|c| c.is_ascii_digit() || c == '.');
        if let Some(e) = self.peek().filter(|c| matches!(c, 'e' | 'E')) {
            digits.push(e);
            self.at += 1;
            digits.extend(self.peek().filter(|c| matches!(c, '+' | '-')).inspect(|_| self.at += 1));
            digits.push_str(&self.take_while(|c| c.is_ascii_digit()));
        }
        let number: Result<f64, _> = digits.parse();
        number.ok().filter(|number| number.is_finite()).map(Node::Number).ok_or(MathError::Syntax(start + 1))
    }

    /// A function, a word that one knows, or an id: ids begin in lower case.
    fn name(&mut self) -> Result<Node, MathError> {
        let start = self.at;
        let name = self.take_while(|c| c.is_ascii_alphanumeric() || c == '_');
        if self.takes('(') {
            let function = Function::parse(&name).ok_or(MathError::Unknown(start + 1))??;
            return self.list(')').map(|nodes| Node::Call(function, nodes));
        }
        match functions::WORDS.iter().find(|word| **word == name) {
            Some(word) => Ok(Node::Word(word)),
            None if name.starts_with(|c: char| c.is_ascii_lowercase()) => Ok(Node::Id(name)),
            None => Err(MathError::Syntax(start + 1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_read_with_their_places() {
        for (text, wanted) in [
            ("m1 + m2*2", Ok(())),
            ("SUM([m1, m2])", Ok(())),
            ("SUM(METRICS())/2", Ok(())),
            ("IF(m1 > 0 AND m2 <= 3, m1, 0)", Ok(())),
            ("FILL(m1, REPEAT)", Ok(())),
            ("METRICS('errors')", Ok(())),
            ("1.5e3 * m1 ^ 2", Ok(())),
            ("m1 +", Err(MathError::Syntax(5))),
            ("m1 m2", Err(MathError::Syntax(4))),
            ("(m1", Err(MathError::Syntax(4))),
            ("Canary", Err(MathError::Syntax(1))),
            ("m1 + canary(m1)", Err(MathError::Unknown(6))),
            ("SEARCH('x', 'Sum')", Err(MathError::NotHere("SEARCH"))),
            ("ANOMALY_DETECTION_BAND(m1)", Err(MathError::NotHere("ANOMALY_DETECTION_BAND"))),
            ("'open", Err(MathError::Syntax(6))),
            ("1..2", Err(MathError::Syntax(1))),
            ("", Err(MathError::Syntax(1))),
        ] {
            assert_eq!(Expression::parse(text).map(drop), wanted, "{text}");
        }
    }

    #[test]
    fn expressions_have_bounds_on_both_sides() {
        let long = |count: usize| Expression::parse(&format!("{}1", " ".repeat(count - 1))).map(drop);
        assert_eq!(
            (long(EXPRESSION_CHARS_MAX), long(EXPRESSION_CHARS_MAX + 1)),
            (Ok(()), Err(MathError::TooLarge))
        );
        let deep = |count: usize| {
            Expression::parse(&format!("{}1{}", "(".repeat(count), ")".repeat(count))).map(drop)
        };
        assert_eq!(deep(EXPRESSION_DEPTH_MAX - 1), Ok(()));
        assert_eq!(deep(EXPRESSION_DEPTH_MAX), Err(MathError::TooLarge));
    }

    #[test]
    fn what_an_expression_stands_on_is_known_beforehand() {
        let parsed = Expression::parse("SUM(METRICS()) + m1 / [e1]").unwrap();
        let (mut ids, all) = parsed.ids();
        ids.sort_unstable();
        assert_eq!((ids, all), (vec!["e1", "m1"], true));
    }
}
