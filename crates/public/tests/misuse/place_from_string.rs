use sotto_public::Place;

fn main() {
    let typed = String::from("captured");
    let _ = Place::new("user").with(&typed);
}
