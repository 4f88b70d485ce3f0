//! `sotto functions list`.

use crate::args::FunctionsListArgs;
use crate::fault::Verdict;
use crate::remote::{Remote, shown};
use crate::table::Rows;
use anyhow::Result;
use sotto_sensitive::RawText;
use sotto_wire::{Output, View};

/// Pages that are asked for at most.
const PAGES_MAX: usize = 1000;

pub(super) fn run(args: &FunctionsListArgs) -> Result<Verdict> {
    let remote = Remote::new(&args.remote)?;
    let (mut rows, mut marker) = (Vec::new(), None::<RawText>);
    for _ in 0..PAGES_MAX {
        let mut input = Output::new();
        if let Some(marker) = marker.take() {
            input.set("Marker", sotto_wire::client::text(marker));
        }
        let mut answer = remote.ask("lambda", "ListFunctions", input)?;
        rows.extend(answer.list("Functions").map(row));
        marker = answer.take_raw("NextMarker");
        if marker.is_none() {
            break;
        }
    }
    let mut table = Rows::new(&["name", "runtime", "handler", "modified"]);
    table.rows = rows.into_iter().map(Vec::from).collect();
    table.write(args.format)?;
    Ok(Verdict::Fine)
}

fn row(function: View<'_>) -> [String; 4] {
    let text = |name| {
        let public = function.public(name).map(|text| text.get().clone());
        public.or_else(|| function.raw(name).map(|raw| shown(raw).to_owned())).unwrap_or_default()
    };
    [text("FunctionName"), text("Runtime"), text("Handler"), text("LastModified")]
}
