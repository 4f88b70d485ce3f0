//! Does the front page tell the truth? Its console blocks are played back.
//!
//! In a block ```` ```console ````, `$ cat FILE` gives a file its text and `$ sotto ... < FILE` runs the program on it; what
//! the page prints below must be what the program prints.

use crate::finding::Finding;
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// A command of a console block, with what the page says it prints.
#[derive(Debug, PartialEq, Eq)]
struct Step {
    line: usize,
    command: String,
    printed: String,
}

/// Plays all console blocks of a page with the program as cargo builds it.
pub(crate) fn run(root: &Path, page: &str, text: &str) -> Result<Vec<Finding>> {
    play(page, &steps(text), &mut |arguments, input| sotto(root, arguments, input))
}

/// Compares what each step prints with what the page says.
fn play(
    page: &str,
    steps: &[Step],
    sotto: &mut dyn FnMut(&[&str], &str) -> Result<String>,
) -> Result<Vec<Finding>> {
    let mut files = BTreeMap::new();
    let mut found = Vec::new();
    for step in steps {
        let words: Vec<&str> = step.command.split_whitespace().collect();
        match words.as_slice() {
            ["cat", file] => drop(files.insert(*file, step.printed.clone())),
            ["sotto", arguments @ .., "<", file] => {
                let input =
                    files.get(file).with_context(|| format!("{page}:{}: {file} was not shown", step.line))?;
                let printed = sotto(arguments, input)?;
                found.extend((printed != step.printed).then(|| differs(page, step, &printed)));
            }
            _ => found.push(Finding::new("readme", page, step.line, "this command cannot be played back")),
        }
    }
    Ok(found)
}

fn differs(page: &str, step: &Step, printed: &str) -> Finding {
    let message = format!("`{}` prints something else:\n{printed}", step.command);
    Finding::new("readme", page, step.line, message).fix("correct the page, or the program")
}

/// The commands of all console blocks, in order.
fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut inside = false;
    for (index, line) in text.lines().enumerate() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| inside) {
            steps.push(Step { line: index + 1, command: command.to_owned(), printed: String::new() });
        } else if let Some(step) = steps.last_mut().filter(|_| inside && !line.is_empty()) {
            step.printed.push_str(line);
            step.printed.push('\n');
        }
    }
    steps
}

fn sotto(root: &Path, arguments: &[&str], input: &str) -> Result<String> {
    let mut child = Command::new("cargo")
        .args(["run", "--quiet", "--package", "sottovoce", "--bin", "sotto", "--"])
        .args(arguments)
        .current_dir(root)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start cargo")?;
    // Examples are shorter than a pipe is wide, so writing first cannot block.
    child.stdin.take().context("no standard input")?.write_all(input.as_bytes())?;
    let done = child.wait_with_output()?;
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# x\n```sh\n$ not this\n```\n```console\n$ cat a.log\none\ntwo\n\n$ sotto mask < a.log\n***\ntwo\n```\nend\n";

    fn messages(page: &str, answer: &str) -> Vec<String> {
        let mut asked = Vec::new();
        let mut sotto = |arguments: &[&str], input: &str| {
            asked.push((arguments.join(" "), input.to_owned()));
            Ok(answer.to_owned())
        };
        let found = play("README.md", &steps(page), &mut sotto).unwrap();
        assert!(asked.iter().all(|(arguments, input)| arguments == "mask" && input == "one\ntwo\n"));
        found.into_iter().map(|finding| format!("{}: {}", finding.line, finding.message)).collect()
    }

    #[test]
    fn a_true_page_passes_and_a_false_one_does_not() {
        assert!(messages(PAGE, "***\ntwo\n").is_empty());
        assert_eq!(messages(PAGE, "one\n"), ["10: `sotto mask < a.log` prints something else:\none\n"]);
    }

    #[test]
    fn what_cannot_be_played_is_found() {
        let strange = PAGE.replace("sotto mask < a.log", "sotto mask | less");
        assert_eq!(messages(&strange, ""), ["10: this command cannot be played back"]);
        let lost = PAGE.replace("cat a.log", "cat b.log");
        assert!(play("README.md", &steps(&lost), &mut |_, _| Ok(String::new())).is_err());
    }

    #[test]
    fn the_front_page_has_an_example() {
        let text = crate::workspace::Workspace::read().unwrap().text("README.md").unwrap();
        assert!(steps(&text).iter().any(|step| step.command.starts_with("sotto mask")));
    }
}
