//! `sotto functions create`: code from disk becomes a function, or the new code of one.

use super::packed::{archive_of, meant};
use crate::args::{BuiltInWord, FunctionsCreateArgs};
use crate::fault::{Fault, Verdict};
use crate::out;
use crate::remote::{Remote, own};
use anyhow::Result;
use sotto_wire::{Output, Value, client};

pub(super) fn run(args: &FunctionsCreateArgs) -> Result<Verdict> {
    let remote = Remote::new(&args.remote)?;
    match remote.ask("lambda", "CreateFunction", new(args)?) {
        Ok(_) => out::say(&format!("function {} made", args.name)),
        Err(error) if args.replace && error.code() == "ResourceConflictException" => {
            update(&remote, &args.name, args.code.as_deref().unwrap_or(std::path::Path::new("")))?;
            out::say(&format!("function {} has new code", args.name));
        }
        Err(error) => return Err(error.into()),
    }
    Ok(Verdict::Fine)
}

/// Puts the code of a path into a function.
pub(super) fn update(remote: &Remote, name: &str, code: &std::path::Path) -> Result<()> {
    let archive = archive_of(code)?;
    let input = Output::new().with("FunctionName", own(name)).with("ZipFile", client::bytes(archive));
    remote.ask("lambda", "UpdateFunctionCode", input)?;
    Ok(())
}

/// What the server is asked for: with code, or for one of its own.
fn new(args: &FunctionsCreateArgs) -> Result<Output> {
    let mut variables = args.env.iter().map(variable).collect::<Result<Vec<_>>>()?;
    variables.extend(args.key.iter().map(|key| (own("KEY"), own(key))));
    let mut input = match (&args.code, args.builtin) {
        (Some(code), _) => with_code(args, code)?,
        (None, Some(built_in)) => Output::new()
            .with("Runtime", own("provided.al2023"))
            .with("Handler", own(handler_of(built_in)))
            .with("Code", Output::new()),
        (None, None) => return Err(Fault::usage("say what its code is: --code PATH, or --builtin WHICH")),
    };
    input.set("FunctionName", own(&args.name));
    input.set("Role", own(&args.role));
    input.set("Timeout", args.timeout);
    input.set("MemorySize", args.memory);
    if !variables.is_empty() {
        input.set("Environment", Output::new().with("Variables", Value::Map(variables)));
    }
    Ok(input)
}

/// The handler by which a function of the server's own is known.
const fn handler_of(built_in: BuiltInWord) -> &'static str {
    match built_in {
        BuiltInWord::Encrypt => "sotto.encrypt-slots",
        BuiltInWord::Decrypt => "sotto.decrypt",
    }
}

fn variable(pair: &String) -> Result<(Value, Value)> {
    let (name, value) = pair
        .split_once('=')
        .ok_or_else(|| Fault::usage(format!("--env {pair}: a variable is NAME=VALUE")))?;
    Ok((own(name), own(value)))
}

fn with_code(args: &FunctionsCreateArgs, code: &std::path::Path) -> Result<Output> {
    let (runtime, handler) = meant(code);
    let runtime = args.runtime.clone().or(runtime.map(str::to_owned));
    let runtime = runtime.ok_or_else(|| Fault::usage("say what it was written for: --runtime python3.13"))?;
    let handler = args.handler.clone().or(handler);
    let handler = handler.or_else(|| runtime.starts_with("provided").then(|| "bootstrap".to_owned()));
    let handler = handler.ok_or_else(|| Fault::usage("say what is called: --handler module.function"))?;
    let code = Output::new().with("ZipFile", client::bytes(archive_of(code)?));
    Ok(Output::new().with("Runtime", own(&runtime)).with("Handler", own(&handler)).with("Code", code))
}
