//! One tiny pair of documents for each class, compared both ways.

use super::documents::{compared, pair, shown, unmirrored};

#[test]
fn each_pair_shows_its_change_and_the_mirror_of_it() {
    let mut wrong: Vec<String> = Vec::new();
    insta::glob!("../pairs", "*.yaml", |path| {
        let (base, revision) = pair(&std::fs::read_to_string(path).expect("a pair"));
        let (there, back) = (compared(&base, &revision), compared(&revision, &base));
        let text = format!("{}\nSwapped:\n\n{}", shown(&there.findings), shown(&back.findings));
        insta::with_settings!({
            snapshot_path => "../snapshots/pairs",
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!("pair", text);
        });
        let name = path.file_stem().expect("a name").to_string_lossy();
        if !there.findings.iter().any(|finding| finding.class.id() == name) {
            wrong.push(format!("{name}: the pair does not show its class"));
        }
        let [there, back] = [there.findings, back.findings];
        for lone in unmirrored(&there, &back).into_iter().chain(unmirrored(&back, &there)) {
            wrong.push(format!("{name}: without a mirror: {lone:#?}"));
        }
        for same in [&base, &revision] {
            if !compared(same, same).findings.is_empty() {
                wrong.push(format!("{name}: differs from itself"));
            }
        }
    });

    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
