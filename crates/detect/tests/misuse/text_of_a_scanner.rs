use sotto_detect::{Part, Scanner, Settled};

fn leak(scanner: &Scanner, settled: &Settled) {
    let _ = scanner.text();
    let _ = settled.text;
    println!("{scanner:?}");
    let _ = scanner.scan("captured");
    let _ = scanner.scan_part(&Part { bytes: b"captured", from: 0, end_of_input: true });
}

fn main() {
    let _ = leak;
}
