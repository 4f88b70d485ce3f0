//! The program between the server and a function, by itself; `sotto` holds the same as a hidden verb. Tests start this one.

fn main() -> std::process::ExitCode {
    sotto_functions::supervise()
}
