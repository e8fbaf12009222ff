//! tmp
use connect_codegen::{layout::Layout, pipeline::Rules};
use connect_drift::{Input, drift};
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let i = |p: &str| Input { location: p.into(), bytes: std::fs::read(p).unwrap() };
    let r = drift(&i(&a[1]), &i(&a[2]), &Rules::read(&Layout::new(".")).unwrap());
    match r {
        Err(p) => println!("PROBLEM {p}"),
        Ok(r) => {
            for f in r.findings {
                println!(
                    "{} {:?} {:?}\n  {:?}\n  {:?}\n  ops {:?}\n  items {:?}\n  old {}\n  new {}\n  {}",
                    f.class,
                    f.wire,
                    f.source,
                    f.pointer,
                    f.revision_pointer,
                    f.operations,
                    f.rust_items,
                    f.old.unwrap_or_default().to_string().chars().take(200).collect::<String>(),
                    f.new.unwrap_or_default().to_string().chars().take(200).collect::<String>(),
                    f.message
                );
            }
            for n in r.notes {
                println!("NOTE {n:?}");
            }
            println!("unreached {} connect {}", r.unreached, r.base.is_connect);
        }
    }
}
