//! A request holds captured values: it is not fit for logs.

use sotto_iam::Request;

fn log(_value: impl sotto_public::LogSafe) {}

fn main() {
    let _ = |request: Request| log(request);
}
