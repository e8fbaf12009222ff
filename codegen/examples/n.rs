use connect_codegen::{layout::Layout, pipeline, write::Mode};
fn main() {
    let l = Layout::new(".");
    match pipeline::normalised(&l)
        .and_then(|(n, _)| pipeline::write_normalised(&l, &n, Mode::Write))
    {
        Ok(()) => println!("ok"),
        Err(e) => println!("{e}\n{:?}", e.help),
    }
}
