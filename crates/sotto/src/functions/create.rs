//! `sotto functions create`: code from disk becomes a function, or the new code of one.

use super::packed::{archive_of, meant};
use crate::args::FunctionsCreateArgs;
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
            update(&remote, &args.name, &args.code)?;
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

fn new(args: &FunctionsCreateArgs) -> Result<Output> {
    let (runtime, handler) = meant(&args.code);
    let runtime = args.runtime.clone().or(runtime.map(str::to_owned));
    let runtime = runtime.ok_or_else(|| Fault::usage("say what it was written for: --runtime python3.13"))?;
    let handler = args.handler.clone().or(handler);
    let handler = handler.or_else(|| runtime.starts_with("provided").then(|| "bootstrap".to_owned()));
    let handler = handler.ok_or_else(|| Fault::usage("say what is called: --handler module.function"))?;
    let code = Output::new().with("ZipFile", client::bytes(archive_of(&args.code)?));
    let mut input = Output::new()
        .with("FunctionName", own(&args.name))
        .with("Runtime", own(&runtime))
        .with("Handler", own(&handler))
        .with("Role", own(&args.role))
        .with("Timeout", args.timeout)
        .with("MemorySize", args.memory)
        .with("Code", code);
    let variable = |pair: &String| {
        let (name, value) = pair
            .split_once('=')
            .ok_or_else(|| Fault::usage(format!("--env {pair}: a variable is NAME=VALUE")))?;
        Ok((own(name), own(value)))
    };
    let variables = args.env.iter().map(variable).collect::<Result<Vec<_>>>()?;
    if !variables.is_empty() {
        input.set("Environment", Output::new().with("Variables", Value::Map(variables)));
    }
    Ok(input)
}
