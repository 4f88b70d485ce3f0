use sotto_detect::Detection;

fn leak(found: &Detection) -> String {
    let _ = found.text();
    let _ = found.value;
    found.to_string()
}

fn main() {
    let _ = leak;
}
