//! What was a function written for, and what runs it here? A table of the runtime names of the service model, by family.
//!
//! Three families run: Python and Node on an interpreter of this machine, `provided` by a program of the function's own. A name
//! that AWS has retired (AWS Lambda Developer Guide, "Lambda runtimes") runs on the interpreter that is there, with a notice in
//! the function's log; refusing it would strand functions that still work. The others need a language that nobody configured.

use std::path::PathBuf;

/// How a function is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// A Python interpreter and a runtime client.
    Python,
    /// Node and a runtime client.
    Node,
    /// The function's own `bootstrap`.
    Provided,
}

/// A runtime's name, and what it means here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Runtime {
    /// As in the API.
    pub name: &'static str,
    /// How it is run.
    pub family: Family,
    /// Whether AWS has retired it.
    pub retired: bool,
}

const fn runtime(name: &'static str, family: Family, retired: bool) -> Runtime {
    Runtime { name, family, retired }
}

use Family::{Node, Provided, Python};

const TABLE: &[Runtime] = &[
    runtime("nodejs", Node, true),
    runtime("nodejs4.3", Node, true),
    runtime("nodejs4.3-edge", Node, true),
    runtime("nodejs6.10", Node, true),
    runtime("nodejs8.10", Node, true),
    runtime("nodejs10.x", Node, true),
    runtime("nodejs12.x", Node, true),
    runtime("nodejs14.x", Node, true),
    runtime("nodejs16.x", Node, true),
    runtime("nodejs18.x", Node, true),
    runtime("nodejs20.x", Node, true),
    runtime("nodejs22.x", Node, false),
    runtime("nodejs24.x", Node, false),
    runtime("python2.7", Python, true),
    runtime("python3.6", Python, true),
    runtime("python3.7", Python, true),
    runtime("python3.8", Python, true),
    runtime("python3.9", Python, true),
    runtime("python3.10", Python, true),
    runtime("python3.11", Python, false),
    runtime("python3.12", Python, false),
    runtime("python3.13", Python, false),
    runtime("python3.14", Python, false),
    runtime("provided", Provided, true),
    runtime("provided.al2", Provided, true),
    runtime("provided.al2023", Provided, false),
];

impl Runtime {
    /// The runtime of this name, when its family runs here.
    pub fn find(name: &(impl AsRef<str> + ?Sized)) -> Option<Self> {
        TABLE.iter().find(|row| row.name == name.as_ref()).copied()
    }
}

/// Where interpreters are, and what they need.
#[derive(Clone, Debug, Default)]
pub struct Interpreters {
    /// Python.
    pub python: Option<PathBuf>,
    /// A folder with `awslambdaric` and what it needs; without it a small client of our own takes its place.
    pub python_packages: Option<PathBuf>,
    /// Node.
    pub node: Option<PathBuf>,
}

impl Interpreters {
    /// The same, with what is not said looked for in these folders.
    #[must_use]
    pub fn or_found(self, folders: &[PathBuf]) -> Self {
        // Shims ask a tool for the interpreter, which functions cannot reach.
        let usable = |folder: &&PathBuf| !folder.ends_with("shims");
        let find = |name: &str| {
            let mut paths = folders.iter().filter(usable).map(|folder| folder.join(name));
            paths.find(|path| path.is_file())
        };
        Self {
            python: self.python.or_else(|| find("python3")),
            python_packages: self.python_packages,
            node: self.node.or_else(|| find("node")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_api_and_stand_once() {
        for (name, family, retired) in
            [("python3.13", Python, false), ("nodejs14.x", Node, true), ("provided.al2023", Provided, false)]
        {
            assert_eq!(Runtime::find(name), Some(Runtime { name, family, retired }));
        }
        for name in ["java21", "ruby3.4", "dotnet8", "", "Python3.13", "go1.x"] {
            assert_eq!(Runtime::find(name), None, "{name}");
        }
        for (at, row) in TABLE.iter().enumerate() {
            assert!(!TABLE[..at].iter().any(|other| other.name == row.name), "{}", row.name);
        }
    }
}
