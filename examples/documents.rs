//! Writes the generated documents: `cargo run --example documents`, at the top of the repository.

fn main() -> std::io::Result<()> {
    for (path, text) in dualtrack::cli::documents::all() {
        std::fs::write(path, text)?;
        println!("{path}");
    }
    Ok(())
}
