//! How do words make a condition? By one pass from left to right: OR binds weakest, then AND, then NOT.

use super::lexer::{Token, TokenKind, tokens};
use super::{
    Constant, EXPRESSION_CHARS_MAX, EXPRESSION_DEPTH_MAX, Fault, FaultKind, Left, Node, Operator, Reference,
    ReferenceKind,
};

/// Reads a condition, as far as it can be read.
pub(super) fn read(text: &str) -> (Node, Vec<Fault>) {
    let bounded = text.char_indices().nth(EXPRESSION_CHARS_MAX).map(|(end, _)| end);
    let mut reader = Reader { text, tokens: Vec::new(), at: 0, faults: Vec::new() };
    if let Some(end) = bounded {
        reader.fault(end, FaultKind::TooLarge);
        return (Node::Unreadable, reader.faults);
    }
    reader.tokens = tokens(text);
    let mut root = reader.any(0);
    while let Some(token) = reader.next() {
        root = reader.more(root, &token);
    }
    reader.faults.sort_by_key(|fault| fault.at);
    (root, reader.faults)
}

struct Reader<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    fn peek(&self) -> Option<TokenKind> {
        self.tokens.get(self.at).map(|token| token.kind)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += usize::from(token.is_some());
        token
    }

    fn take(&mut self, kind: TokenKind) -> bool {
        let taken = self.peek() == Some(kind);
        self.at += usize::from(taken);
        taken
    }

    /// Where the next word begins.
    fn place(&self) -> usize {
        self.tokens.get(self.at).map_or(self.text.len(), |token| token.at)
    }

    fn fault(&mut self, byte: usize, kind: FaultKind) {
        let at = self.text.get(..byte).map_or(0, |before| before.chars().count());
        self.faults.push(Fault { at, kind });
    }

    fn unreadable(&mut self, byte: usize, kind: FaultKind) -> Node {
        self.fault(byte, kind);
        Node::Unreadable
    }

    /// What follows a whole condition: only a lone parenthesis can be passed over.
    fn more(&mut self, root: Node, token: &Token) -> Node {
        if token.kind != TokenKind::Close {
            self.at = self.tokens.len();
            let rest = self.unreadable(token.at, FaultKind::Unreadable);
            return Node::All(vec![root, rest]);
        }
        self.fault(token.at, FaultKind::LoneParenthesis);
        match self.peek() {
            Some(TokenKind::And) => self.rest_of(root, TokenKind::And),
            Some(TokenKind::Or) => self.rest_of(root, TokenKind::Or),
            _ => root,
        }
    }

    fn rest_of(&mut self, root: Node, operator: TokenKind) -> Node {
        self.at += 1;
        let rest = self.any(0);
        if operator == TokenKind::And { Node::All(vec![root, rest]) } else { Node::Any(vec![root, rest]) }
    }

    fn any(&mut self, depth: usize) -> Node {
        let mut nodes = vec![self.all(depth)];
        while self.take(TokenKind::Or) {
            nodes.push(self.all(depth));
        }
        if nodes.len() == 1 { nodes.remove(0) } else { Node::Any(nodes) }
    }

    fn all(&mut self, depth: usize) -> Node {
        let mut nodes = vec![self.one(depth)];
        while self.take(TokenKind::And) {
            nodes.push(self.one(depth));
        }
        if nodes.len() == 1 { nodes.remove(0) } else { Node::All(nodes) }
    }

    fn one(&mut self, depth: usize) -> Node {
        let at = self.place();
        if depth > EXPRESSION_DEPTH_MAX {
            self.at = self.tokens.len();
            return self.unreadable(at, FaultKind::TooLarge);
        }
        if self.take(TokenKind::Not) {
            return Node::Not(Box::new(self.one(depth + 1)));
        }
        if !self.take(TokenKind::Open) {
            return self.comparison();
        }
        let inner = self.any(depth + 1);
        if !self.take(TokenKind::Close) {
            let at = self.place();
            self.fault(at, FaultKind::MissingParenthesis);
        }
        inner
    }

    fn comparison(&mut self) -> Node {
        let Some(token) = self.next() else {
            return self.unreadable(self.text.len(), FaultKind::Unreadable);
        };
        match token.kind {
            TokenKind::Function => self.function(&token),
            TokenKind::Slot | TokenKind::Attribute | TokenKind::Path => match self.reference(&token) {
                Some(reference) => self.compared(reference),
                None => self.skipped(token.at, FaultKind::Unreadable),
            },
            TokenKind::Unterminated => self.unreadable(token.at, FaultKind::Unterminated),
            TokenKind::Close | TokenKind::And | TokenKind::Or => {
                self.at -= 1;
                self.unreadable(token.at, FaultKind::Unreadable)
            }
            _ => self.skipped(token.at, FaultKind::Unreadable),
        }
    }

    /// Something that cannot be read ends where the next operator or parenthesis stands.
    fn skipped(&mut self, at: usize, kind: FaultKind) -> Node {
        while let Some(next) = self.peek() {
            if matches!(next, TokenKind::And | TokenKind::Or | TokenKind::Close) {
                break;
            }
            self.at += 1;
        }
        self.unreadable(at, kind)
    }

    fn reference(&self, token: &Token) -> Option<Reference> {
        let text = self.text.get(token.text.clone())?;
        let kind = match token.kind {
            TokenKind::Slot => ReferenceKind::Slot,
            TokenKind::Attribute => ReferenceKind::Attribute,
            _ if text == "$.inputMode" => ReferenceKind::InputMode,
            _ if text == "$.inputTranscript" => ReferenceKind::InputTranscript,
            _ => return None,
        };
        Some(Reference { kind, name: token.text.clone() })
    }

    fn compared(&mut self, reference: Reference) -> Node {
        let at = self.place();
        match self.next().map(|token| token.kind) {
            Some(TokenKind::Compare(operator)) => self.right(Left::Value(reference), operator),
            Some(TokenKind::Contains) => match self.constant() {
                Ok(item) => Node::Contains { list: reference, item },
                Err(fault) => fault,
            },
            Some(_) => {
                self.at -= 1;
                self.skipped(at, FaultKind::Unreadable)
            }
            None => self.unreadable(at, FaultKind::Unreadable),
        }
    }

    fn right(&mut self, left: Left, operator: Operator) -> Node {
        match self.constant() {
            Ok(right) => Node::Compare { left, operator, right },
            Err(fault) => fault,
        }
    }

    fn constant(&mut self) -> Result<Constant, Node> {
        let at = self.place();
        match self.next() {
            Some(Token { kind: TokenKind::Quoted, text, .. }) => Ok(Constant { text, quoted: true }),
            Some(Token { kind: TokenKind::Bare, text, .. }) => Ok(Constant { text, quoted: false }),
            Some(Token { kind: TokenKind::Unterminated, .. }) => {
                Err(self.unreadable(at, FaultKind::Unterminated))
            }
            Some(Token { kind: TokenKind::And | TokenKind::Or | TokenKind::Close, .. }) => {
                self.at -= 1;
                Err(self.unreadable(at, FaultKind::NoConstant))
            }
            _ => Err(self.skipped(at, FaultKind::NoConstant)),
        }
    }

    fn function(&mut self, token: &Token) -> Node {
        let name = self.text.get(token.text.clone()).unwrap_or_default().to_ascii_uppercase();
        let open = self.take(TokenKind::Open);
        let argument = self.next();
        let Some(reference) = argument.as_ref().and_then(|argument| self.reference(argument)) else {
            self.at -= usize::from(argument.is_some());
            return self.skipped(token.at, FaultKind::Unreadable);
        };
        let closed = self.take(TokenKind::Close);
        if open != closed {
            let at = self.place();
            self.fault(at, FaultKind::MissingParenthesis);
        }
        let left = match name.as_str() {
            "FN.IS_SET" => return Node::IsSet(reference),
            "FN.COUNT" => Left::Count(reference),
            "FN.LENGTH" => Left::Length(reference),
            _ => return self.skipped(token.at, FaultKind::UnknownFunction),
        };
        let at = self.place();
        match self.peek() {
            Some(TokenKind::Compare(operator)) => {
                self.at += 1;
                self.right(left, operator)
            }
            _ => self.skipped(at, FaultKind::Unreadable),
        }
    }
}
