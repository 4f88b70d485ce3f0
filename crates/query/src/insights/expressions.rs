//! What does an expression mean? From `or`, which binds least, to names and numbers.
//!
//! Page "Boolean, comparison, numeric, datetime, and other functions". The order of binding is SQL's, which the page's
//! examples agree with; `^` binds to the right.

use super::plan::{BinaryOperator as Op, Expr, Pattern};
use super::reader::{Figure, Read, Reader};
use super::{Aggregate, EXPRESSION_DEPTH_MAX, Function};

/// What may stand in an expression.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Functions of a row.
    Row,
    /// Functions of a group of rows, too.
    Group,
}

const COMPARISONS: &[(&str, Op)] = &[
    ("!=", Op::NotEqual),
    ("<=", Op::LessOrEqual),
    (">=", Op::GreaterOrEqual),
    ("=", Op::Equal),
    ("<", Op::Less),
    (">", Op::Greater),
];

/// Long rows of `or` become flat trees, so that nothing that walks them goes deep.
fn balanced(operator: Op, mut parts: Vec<Expr>) -> Expr {
    while parts.len() > 1 {
        let mut pairs = Vec::with_capacity(parts.len().div_ceil(2));
        let mut rest = parts.into_iter();
        while let Some(left) = rest.next() {
            pairs.push(match rest.next() {
                Some(right) => Expr::Binary(operator, Box::new(left), Box::new(right)),
                None => left,
            });
        }
        parts = pairs;
    }
    parts.pop().unwrap_or(Expr::Number(0.0))
}

fn depth(expression: &Expr) -> usize {
    1 + expression.parts().into_iter().map(depth).max().unwrap_or(0)
}

impl Reader {
    /// A whole expression.
    pub(super) fn expression(&mut self, place: Place) -> Read<Expr> {
        let start = self.skip();
        let expression = self.or(place, EXPRESSION_DEPTH_MAX)?;
        match depth(&expression) > EXPRESSION_DEPTH_MAX {
            true => Err(self.wrong(start, "the expression is nested too deeply")),
            false => Ok(expression),
        }
    }

    /// An expression that is true or false.
    pub(super) fn condition(&mut self) -> Read<Expr> {
        let start = self.skip();
        let expression = self.expression(Place::Row)?;
        match expression.is_condition() {
            true => Ok(expression),
            false => Err(self.wrong(
                start,
                "a condition belongs here: a comparison, `like`, `in` or a function of true and false",
            )),
        }
    }

    fn or(&mut self, place: Place, depth: usize) -> Read<Expr> {
        let mut parts = vec![self.and(place, depth)?];
        while self.word("or") {
            parts.push(self.and(place, depth)?);
        }
        self.joined(Op::Or, parts)
    }

    fn and(&mut self, place: Place, depth: usize) -> Read<Expr> {
        let mut parts = vec![self.not(place, depth)?];
        while self.word("and") {
            parts.push(self.not(place, depth)?);
        }
        self.joined(Op::And, parts)
    }

    fn joined(&self, operator: Op, parts: Vec<Expr>) -> Read<Expr> {
        match parts.len() == 1 || parts.iter().all(Expr::is_condition) {
            true => Ok(balanced(operator, parts)),
            false => Err(self.wrong(self.cursor.at(), "`and` and `or` join conditions")),
        }
    }

    fn not(&mut self, place: Place, depth: usize) -> Read<Expr> {
        let start = self.skip();
        if !self.word("not") {
            return self.comparison(place, depth);
        }
        let inner = self.deeper(start, depth)?;
        let of = self.not(place, inner)?;
        match of.is_condition() {
            true => Ok(Expr::Not(Box::new(of))),
            false => Err(self.wrong(start, "`not` stands before a condition")),
        }
    }

    fn deeper(&self, start: usize, depth: usize) -> Read<usize> {
        depth.checked_sub(1).ok_or_else(|| self.wrong(start, "the expression is nested too deeply"))
    }

    fn comparison(&mut self, place: Place, depth: usize) -> Read<Expr> {
        let left = self.sum(place, depth)?;
        let back = self.skip();
        let negated = self.word("not");
        let found = match () {
            () if self.word("like") || (!negated && self.sign("=~")) => {
                self.pattern().map(|pattern| Expr::Like(Box::new(left), pattern))?
            }
            () if self.word("in") => self.list(place, depth).map(|list| Expr::In(Box::new(left), list))?,
            () if negated => {
                self.cursor.go(back);
                return Err(self.wrong(back, "`like` or `in` belongs after `not`"));
            }
            () => return self.compared(left, place, depth),
        };
        Ok(if negated { Expr::Not(Box::new(found)) } else { found })
    }

    fn compared(&mut self, left: Expr, place: Place, depth: usize) -> Read<Expr> {
        let found = COMPARISONS.iter().find(|(sign, _)| self.sign(sign)).map(|(_, operator)| *operator);
        let Some(operator) = found else { return Ok(left) };
        let right = self.sum(place, depth)?;
        Ok(Expr::Binary(operator, Box::new(left), Box::new(right)))
    }

    fn pattern(&mut self) -> Read<Pattern> {
        let start = self.skip();
        if let Some(regex) = self.regex()? {
            return Ok(Pattern::Regex(regex));
        }
        match self.text()? {
            Some(part) => Ok(Pattern::Part(part)),
            None => {
                Err(self
                    .wrong(start, "a text in quotes or a regular expression between slashes belongs here"))
            }
        }
    }

    fn list(&mut self, place: Place, depth: usize) -> Read<Vec<Expr>> {
        let start = self.skip();
        if self.cursor.peek() == Some('(') {
            return Err(self.wrong(
                start,
                "a list in square brackets belongs here; queries within queries are not served",
            ));
        }
        self.expect("[", "a list in square brackets belongs here")?;
        let mut list = Vec::new();
        while !self.sign("]") {
            if !list.is_empty() {
                self.expect(",", "a comma or the closing bracket belongs here")?;
            }
            list.push(self.sum(place, depth)?);
        }
        match list.is_empty() {
            true => Err(self.wrong(start, "the list is empty")),
            false => Ok(list),
        }
    }

    fn sum(&mut self, place: Place, depth: usize) -> Read<Expr> {
        let signs = [("+", Op::Add), ("-", Op::Subtract)];
        self.chain(&signs, |reader| reader.product(place, depth))
    }

    fn product(&mut self, place: Place, depth: usize) -> Read<Expr> {
        let signs = [("*", Op::Multiply), ("/", Op::Divide), ("%", Op::Remainder)];
        self.chain(&signs, |reader| reader.power(place, depth))
    }

    fn chain(&mut self, signs: &[(&str, Op)], part: impl Fn(&mut Self) -> Read<Expr>) -> Read<Expr> {
        let mut left = part(self)?;
        while let Some((_, operator)) = signs.iter().find(|(sign, _)| self.sign(sign)) {
            left = Expr::Binary(*operator, Box::new(left), Box::new(part(self)?));
        }
        Ok(left)
    }

    fn power(&mut self, place: Place, depth: usize) -> Read<Expr> {
        let start = self.skip();
        let base = self.signed(place, depth)?;
        if !self.sign("^") {
            return Ok(base);
        }
        let inner = self.deeper(start, depth)?;
        Ok(Expr::Binary(Op::Power, Box::new(base), Box::new(self.power(place, inner)?)))
    }

    fn signed(&mut self, place: Place, depth: usize) -> Read<Expr> {
        let start = self.skip();
        if !self.sign("-") {
            return self.primary(place, depth);
        }
        let inner = self.deeper(start, depth)?;
        Ok(match self.signed(place, inner)? {
            Expr::Number(number) => Expr::Number(-number),
            other => Expr::Negate(Box::new(other)),
        })
    }

    fn primary(&mut self, place: Place, depth: usize) -> Read<Expr> {
        let start = self.skip();
        let inner = self.deeper(start, depth)?;
        if self.cursor.eat("(") {
            let expression = self.or(place, inner)?;
            self.expect(")", "the closing parenthesis is missing")?;
            return Ok(expression);
        }
        if let Some(text) = self.text()? {
            return Ok(Expr::Text(text));
        }
        match self.figure()? {
            Some(Figure::Number(number)) => return Ok(Expr::Number(number)),
            Some(Figure::Period(period)) => return Ok(Expr::Period(period)),
            None => {}
        }
        let ticked = self.cursor.peek() == Some('`');
        let name = self.name()?;
        match name.as_str() {
            "" => Err(self.wrong(start, "a field, a function, a number or a text belongs here")),
            "true" | "false" if !ticked => Ok(Expr::Text(name)),
            _ if !ticked && self.opens() => self.call(&name, start, place, inner),
            _ => Ok(Expr::Field(name)),
        }
    }

    /// Whether a parenthesis opens next, spaces before it or not; what is no call keeps its end where it was.
    fn opens(&mut self) -> bool {
        let end = self.cursor.at();
        self.cursor.skip_space();
        let opens = self.cursor.peek() == Some('(');
        if !opens {
            self.cursor.go(end);
        }
        opens
    }

    fn call(&mut self, name: &str, start: usize, place: Place, depth: usize) -> Read<Expr> {
        if name.eq_ignore_ascii_case("unmask") {
            return Err(self.wrong(
                start,
                "`unmask` stands only as a column of its own in the last `fields` or `display`",
            ));
        }
        if let Some((function, min, max)) = Function::named(name) {
            let arguments = self.arguments(start, place, depth, (min, max))?;
            self.check_periods(start, &arguments, function.period_at())?;
            return Ok(Expr::Call(function, arguments));
        }
        let Some((aggregate, min, max)) = Aggregate::named(name) else {
            return Err(self.wrong(start, "there is no function of this name"));
        };
        if place == Place::Row {
            return Err(
                self.wrong(start, "this function belongs in `stats`, and not inside another of its kind")
            );
        }
        let all = aggregate == Aggregate::Count && self.star();
        let bounds = if all { (0, 0) } else { (min, max) };
        let arguments = self.arguments(start, Place::Row, depth, bounds)?;
        self.check_percentile(start, aggregate, &arguments)?;
        self.check_periods(start, &arguments, None)?;
        Ok(Expr::Aggregate(aggregate, arguments))
    }

    /// Takes the star of `count(*)`, leaving the parentheses empty.
    fn star(&mut self) -> bool {
        let back = self.cursor.at();
        self.cursor.eat("(");
        if self.sign("*") && self.skip() == self.cursor.at() && self.cursor.peek() == Some(')') {
            return true;
        }
        self.cursor.go(back);
        false
    }

    fn arguments(
        &mut self,
        start: usize,
        place: Place,
        depth: usize,
        (min, max): (usize, usize),
    ) -> Read<Vec<Expr>> {
        let mut arguments = Vec::new();
        let _ = self.cursor.eat("(");
        while !self.sign(")") {
            if !arguments.is_empty() {
                self.expect(",", "a comma or the closing parenthesis belongs here")?;
            }
            arguments.push(self.or(place, depth)?);
        }
        match (min..=max).contains(&arguments.len()) {
            true => Ok(arguments),
            false => Err(self.wrong(start, "this function takes another number of arguments")),
        }
    }

    fn check_periods(&self, start: usize, arguments: &[Expr], expected: Option<usize>) -> Read<()> {
        let fits =
            |(at, argument): (usize, &Expr)| matches!(argument, Expr::Period(_)) == (expected == Some(at));
        match arguments.iter().enumerate().all(fits) {
            true => Ok(()),
            false if expected.is_some() => {
                Err(self.wrong(start, "this function takes a length of time, such as 5m or 1h"))
            }
            false => {
                Err(self.wrong(start, "a length of time stands only in `bin`, `datefloor` and `dateceil`"))
            }
        }
    }

    fn check_percentile(&self, start: usize, aggregate: Aggregate, arguments: &[Expr]) -> Read<()> {
        let fits = match (aggregate, arguments.get(1)) {
            (Aggregate::Percentile, Some(Expr::Number(percent))) => (0.0..=100.0).contains(percent),
            (Aggregate::Percentile, _) => false,
            _ => true,
        };
        match fits {
            true => Ok(()),
            false => Err(self.wrong(start, "a percentile is a number from 0 to 100")),
        }
    }
}
