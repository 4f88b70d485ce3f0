//! What must stay valid? The structure around the values: JSON, CSV, or nothing but text.

/// The structure of the input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Syntax {
    /// Text; lines that are JSON stay JSON: masked bare numbers are quoted.
    #[default]
    Auto,
    /// Text only: characters are replaced one by one, nothing is quoted (log groups, as CloudWatch Logs does it).
    Text,
    /// One or more JSON documents that may span lines.
    Json,
    /// Delimited records (RFC 4180).
    Csv(Csv),
}

/// How records are written, and which columns are looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Csv {
    /// What separates cells.
    pub delimiter: Delimiter,
    /// Whether the first record names the columns; names count as keywords for their columns.
    pub header: bool,
    /// Which columns are looked at.
    pub columns: Columns,
}

impl Default for Csv {
    fn default() -> Self {
        Self { delimiter: Delimiter::Comma, header: true, columns: Columns::All }
    }
}

/// What separates cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delimiter {
    /// `,`
    #[default]
    Comma,
    /// `;`
    Semicolon,
    /// A tabulator.
    Tab,
    /// `|`
    Pipe,
}

impl Delimiter {
    /// The byte that stands for it.
    pub const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Pipe => b'|',
        }
    }

    /// The delimiter that this byte stands for.
    pub fn from_byte(byte: u8) -> Option<Self> {
        [Self::Comma, Self::Semicolon, Self::Tab, Self::Pipe]
            .into_iter()
            .find(|delimiter| delimiter.byte() == byte)
    }
}

/// Which columns are looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Columns {
    /// Every one.
    #[default]
    All,
    /// These only; the others pass as they are.
    Only(Vec<Column>),
    /// All but these, which pass as they are.
    Without(Vec<Column>),
}

/// A column, as settings name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Column {
    /// By the name in the header; case does not matter.
    Name(String),
    /// By its place, counted from 1.
    Number(usize),
}
