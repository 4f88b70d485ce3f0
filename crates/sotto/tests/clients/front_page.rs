//! Does the story on the front page go as it is told? Its commands are run as they stand there, by AWS's own command line.
//!
//! In the block that begins with ```` ```sh transcript ````, lines after `#> ` are what the commands before them print.

use super::{Server, installed, root};
use std::path::Path;

/// A run of commands, and what it prints.
struct Step {
    commands: String,
    printed: String,
}

fn steps(page: &str) -> Vec<Step> {
    let block = page.split("```sh transcript\n").nth(1).unwrap().split("```").next().unwrap();
    let mut steps: Vec<Step> = Vec::new();
    let mut told = true;
    for line in block.lines().filter(|line| !line.is_empty()) {
        let printed = line.strip_prefix("#> ");
        if printed.is_none() && told {
            steps.push(Step { commands: String::new(), printed: String::new() });
        }
        told = printed.is_some();
        let step = steps.last_mut().unwrap();
        let (text, line) = match printed {
            Some(printed) => (&mut step.printed, printed),
            None => (&mut step.commands, line),
        };
        text.push_str(line);
        text.push('\n');
    }
    steps
}

#[test]
fn the_story_of_the_front_page_goes_as_it_is_told() {
    let Some(aws) = installed(root().join(".venv/bin/aws")) else { return };
    let page = std::fs::read_to_string(root().join("README.md")).unwrap();
    let steps = steps(&page);
    assert!(steps.len() > 5, "the front page has a transcript");
    let mark = "-- the next step --\n";
    let script: String =
        steps.iter().map(|step| format!("{}printf '%s' '{mark}'\n", step.commands)).collect();
    let server = Server::start();
    let path = format!("{}:/usr/bin:/bin", aws.parent().unwrap().display());
    let run = server
        .client(Path::new("/bin/bash"))
        .args(["-eu", "-c", &script])
        .env("PATH", path)
        .env("AWS_ENDPOINT_URL", format!("http://{}", server.address))
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .output()
        .unwrap();
    let (said, errors) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "{said}{errors}");
    let printed: Vec<_> = said.split(mark).collect();
    for (step, printed) in steps.iter().zip(printed) {
        assert_eq!(printed, step.printed, "after {}{errors}", step.commands);
    }
}
