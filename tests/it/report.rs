//! A report is one file that needs no other, says what is in the folder, and trusts nothing in it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

mod pages;

/// A name that would do harm if it were not escaped.
const HOSTILE: &str = "</title><script>alert(1)</script><img src=x onerror=alert(2)>'\"&";

/// The program in a folder.
fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dualtrack"));
    command
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .args(arguments);
    command.output().expect("a program")
}

fn ok(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Runs a report that is to be refused as bad input; returns what it says.
fn refused(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
    assert!(!said.contains("panicked"), "{said}");
    said
}

fn scenario(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("scenarios")
        .join(name)
}

/// A folder `r` with a small run, and more arguments for it.
fn small_run(more: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let china = scenario("china-2015-2024.toml");
    let mut arguments = vec![
        "run",
        china.to_str().expect("UTF-8"),
        "--set",
        "run.quarters=12",
    ];
    arguments.extend(["--replicates", "3", "--out", "r", "--quiet"]);
    arguments.extend(more);
    ok(folder.path(), &arguments);
    folder
}

/// A folder `r` with a made-up result.
fn made(command: &str, files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let result = folder.path().join("r");
    fs::create_dir(&result).expect("created");
    let manifest = serde_json::json!({
        "command": command, "title": HOSTILE, "scenario": "s", "seed": 1, "replicates": 4,
        "first_quarter": "2015Q1", "last_quarter": "2015Q4", "warnings": [HOSTILE],
    });
    fs::write(result.join("manifest.json"), manifest.to_string()).expect("written");
    for (name, text) in files {
        fs::write(result.join(name), text).expect("written");
    }
    folder
}

/// The page of the folder `r`, after looking whether it keeps its promises.
fn page(folder: &TempDir) -> String {
    ok(folder.path(), &["report", "r", "--force", "--quiet"]);
    let page = fs::read_to_string(folder.path().join("r.html")).expect("a page");
    keeps_promises(&page);
    page
}

/// Nothing from elsewhere, one script of its own, a policy, no text as markup.
fn keeps_promises(page: &str) {
    for part in page.split('<').skip(1) {
        let tag = part.split('>').next().unwrap_or("");
        // Without values of attributes, which may say anything.
        let bare: String = tag.split('"').step_by(2).collect();
        for sign in [
            " src=", " srcset=", " style=", " onerror", " onload", " onclick",
        ] {
            assert!(!bare.contains(sign), "{tag}");
        }
        let name = bare.split([' ', '/']).next().unwrap_or("");
        let is_other = [
            "link", "iframe", "object", "embed", "base", "img", "use", "image",
        ]
        .contains(&name);
        assert!(!is_other, "{tag}");
    }
    let style = page
        .split("<style>")
        .nth(1)
        .and_then(|part| part.split("</style>").next());
    let style = style.expect("a style");
    assert!(!style.contains("url(") && !style.contains("@import"));
    for part in page.split("href=\"").skip(1) {
        let address = part.split('"').next().unwrap_or("");
        let is_allowed = address.starts_with('#')
            || address.starts_with("data:text/csv")
            || address == "https://doi.org/10.23962/ajic.i34.20103"
            || address == "https://creativecommons.org/licenses/by/4.0/";
        assert!(is_allowed, "{address}");
    }
    assert_eq!(page.matches("<script").count(), 1);
    assert_eq!(page.matches("</script").count(), 1);
    assert!(!page.contains("<img") && !page.contains(" onerror=alert(2)>"));
    assert!(
        page.contains("default-src &#39;none&#39;")
            || page.contains("default-src &#x27;none&#x27;")
            || page.contains("default-src 'none'")
    );
    let ids: Vec<&str> = page
        .split(" id=\"")
        .skip(1)
        .filter_map(|part| part.split('"').next())
        .collect();
    let mut different = ids.clone();
    different.sort_unstable();
    different.dedup();
    assert_eq!(ids.len(), different.len(), "names for links are unique");
    for part in page.split("href=\"#").skip(1) {
        let name = part.split('"').next().unwrap_or("");
        assert!(ids.contains(&name), "#{name} leads nowhere");
    }
}

#[test]
fn a_run_becomes_a_page_with_figures_and_the_same_bytes_each_time() {
    let folder = small_run(&[]);
    let said = ok(folder.path(), &["report", "r", "--figures", "f"]);
    assert!(
        said.contains("r.html is written") && said.contains("figures"),
        "{said}"
    );
    let first = fs::read(folder.path().join("r.html")).expect("a page");
    for id in [
        "competitiveness-over-time",
        "waste-over-time",
        "map",
        "ranking",
        "instruments-in-force",
    ] {
        let page = String::from_utf8_lossy(&first);
        assert!(page.contains(&format!("<figure id=\"{id}\"")), "{id}");
        let svg = fs::read_to_string(folder.path().join(format!("f/{id}.svg"))).expect("a figure");
        assert!(
            svg.starts_with("<svg xmlns=") && svg.ends_with("</svg>\n") && !svg.contains("var(")
        );
    }
    let again = page(&folder);
    assert_eq!(first, again.as_bytes());
    assert!(again.contains("allocations.csv, which this run did not write"));
}

#[test]
fn with_allocations_cities_and_sectors_are_shown_and_files_of_gzip_and_zstd_are_read() {
    let files = "traces.files=[\"national\",\"cities\",\"sectors\",\"allocations\",\"policies\"]";
    let all = ["gzip", "zstd"];
    for compression in &all[..if cfg!(feature = "zstd") { 2 } else { 1 }] {
        let compression = format!("traces.compression={compression}");
        let folder = small_run(&["--set", files, "--set", &compression]);
        assert!(page(&folder).contains("<figure id=\"spending-by-sector\""));
    }
}

#[test]
#[cfg(not(feature = "zstd"))]
fn without_the_feature_zstd_is_refused_with_the_way_to_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let china = scenario("china-2015-2024.toml");
    let text = format!("extends = {china:?}\n[traces]\ncompression = \"zstd\"\n");
    fs::write(folder.path().join("s.toml"), text).expect("written");
    let hint = "this program was built without zstd; build it with `--features zstd`";
    let expected = format!(
        "s.toml:3:15: `traces.compression` is \"zstd\"; allowed: \"none\" or \"gzip\", default \"none\": {hint}"
    );
    for command in ["check", "run"] {
        let said = refused(folder.path(), &[command, "s.toml"]);
        assert!(said.contains(&expected), "{said}");
    }
    let folder = made("run", &[("national.csv.zst", "")]);
    let said = refused(folder.path(), &["report", "r"]);
    assert!(
        said.contains(&format!("national.csv.zst: {hint}")),
        "{said}"
    );
}

#[test]
fn a_sweep_of_two_factors_becomes_maps() {
    let folder = tempfile::tempdir().expect("a folder");
    let china = scenario("china-2015-2024.toml");
    let text = format!(
        "scenario = {:?}\nreplicates = 2\nresponses = [\"competitiveness\"]\n[set]\n\"run.quarters\" = 4\n\
         [design]\nkind = \"grid\"\n[[factors]]\nkey = \"tournament.intensity\"\nlevels = [0, 1]\n\
         [[factors]]\nkey = \"tournament.comparability\"\nlevels = [0, 0.5]\n",
        china.to_str().expect("UTF-8")
    );
    fs::write(folder.path().join("e.toml"), text).expect("written");
    ok(folder.path(), &["sweep", "e.toml", "--out", "r", "--quiet"]);
    let page = page(&folder);
    assert!(page.contains("<figure id=\"response-competitiveness\""));
    assert!(page.contains("n = 2 replicates at each design point"));
}

#[test]
fn rows_that_changed_after_a_run_are_not_reported() {
    let folder = small_run(&[]);
    let path = folder.path().join("r/national.csv");
    let text = fs::read_to_string(&path).expect("rows");
    fs::write(&path, text.replacen(",0.", ",1.", 1)).expect("written");
    let said = refused(folder.path(), &["report", "r"]);
    assert!(
        said.contains("national.csv: it has changed since the result was written"),
        "{said}"
    );
    assert!(!folder.path().join("r.html").exists());
}

#[test]
fn several_results_share_a_page_that_has_to_be_named() {
    let folder = small_run(&[]);
    let said = refused(folder.path(), &["report", "r", "r"]);
    assert!(said.contains("`--out FILE`"), "{said}");
    ok(
        folder.path(),
        &["report", "r", "r", "--out", "both.html", "--quiet"],
    );
    let page = fs::read_to_string(folder.path().join("both.html")).expect("a page");
    keeps_promises(&page);
    assert!(page.contains("id=\"map-2\""));
}

#[test]
fn what_is_there_is_replaced_only_when_asked() {
    let folder = made("run", &[]);
    let path = folder.path().join("r.html");
    fs::write(&path, "mine").expect("written");
    let said = refused(folder.path(), &["report", "r"]);
    assert_eq!(
        said,
        "r.html exists; add `--force` to replace it or choose another name with `--out`\n"
    );
    assert_eq!(fs::read_to_string(&path).expect("kept"), "mine");
    fs::create_dir(folder.path().join("thesis")).expect("created");
    fs::write(folder.path().join("thesis/chapter-1.tex"), "years of work").expect("written");
    let said = refused(
        folder.path(),
        &["report", "r", "--force", "--figures", "thesis"],
    );
    assert!(said.contains("which is no figure"), "{said}");
    assert_eq!(fs::read_to_string(&path).expect("kept"), "mine");
    let said = refused(
        folder.path(),
        &["report", "r", "--force", "--out", "thesis"],
    );
    assert!(said.contains("is not a file"), "{said}");
    page(&folder);
    // Nothing half-written stays.
    let names = fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(names, 3);
}

#[test]
fn a_folder_that_is_no_result_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("empty")).expect("created");
    let said = refused(folder.path(), &["report", "empty"]);
    assert_eq!(
        said,
        "empty is not a result of dualtrack: it has no `manifest.json`\n"
    );
    assert!(refused(folder.path(), &["report", "nowhere"]).contains("is not a result"));
    let other = made("dance", &[]);
    let said = refused(other.path(), &["report", "r"]);
    assert!(
        said.contains("there is no report of `dance`; there is one of: run, sweep"),
        "{said}"
    );
    assert!(!other.path().join("r.html").exists());
}

#[test]
fn damaged_files_are_told_with_their_row_and_never_panic() {
    let folder = small_run(&[]);
    let result = folder.path().join("r");
    // A manifest without sums vouches for nothing, so that rows are looked at whatever they are.
    let manifest = result.join("manifest.json");
    let text = fs::read_to_string(&manifest).expect("a manifest");
    fs::write(&manifest, text.replace("\"sha256\"", "\"sha\"")).expect("written");
    for name in [
        "national.csv",
        "cities.csv",
        "sectors.csv",
        "policies.csv",
        "manifest.json",
    ] {
        let path = result.join(name);
        let whole = fs::read(&path).expect("a file");
        for cut in [0, 1, whole.len() / 3, whole.len() - 7] {
            fs::write(&path, &whole[..cut]).expect("written");
            let output = run(folder.path(), &["report", "r", "--force", "--quiet"]);
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(!said.contains("panicked"), "{name} cut to {cut}: {said}");
            // A cut at the end of a cell can be a whole file.
            assert!(
                matches!(output.status.code(), Some(0 | 2)),
                "{name} cut to {cut}: {said}"
            );
        }
        let mut noise = whole.clone();
        for (place, byte) in noise.iter_mut().enumerate().skip(200) {
            if place % 97 == 0 {
                *byte = (place % 251) as u8;
            }
        }
        fs::write(&path, &noise).expect("written");
        let output = run(folder.path(), &["report", "r", "--force", "--quiet"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            !said.contains("panicked") && output.status.code().is_some(),
            "{name}: {said}"
        );
        fs::write(&path, &whole).expect("written");
    }
    let mut file = fs::OpenOptions::new()
        .append(true)
        .open(result.join("national.csv"))
        .expect("a file");
    file.write_all(b"0,1,2099Q9\n").expect("written");
    let said = refused(folder.path(), &["report", "r", "--force"]);
    assert!(
        said.contains("national.csv: row 37:") && said.contains("damaged or cut short"),
        "{said}"
    );
}
