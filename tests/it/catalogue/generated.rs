//! Input too large, too deep or too odd to keep in files: refused soon, in little memory.

use std::time::{Duration, Instant};

use super::{Copy, has_place};

/// Most that a refusal may take on a busy machine.
const SOON: Duration = Duration::from_secs(30);

/// What is said about `x/s.toml`, soon.
fn refused(files: &[(&str, Vec<u8>)], arguments: &[&str]) -> String {
    let mut copy = Copy::new();
    for (name, bytes) in files {
        copy.write(name, bytes);
    }
    let began = Instant::now();
    let said = copy.refused(arguments);
    assert!(
        began.elapsed() < SOON,
        "{arguments:?}: {:?}",
        began.elapsed()
    );
    assert!(said.len() < 100_000, "{} bytes", said.len());
    said
}

fn scenario(text: impl AsRef<[u8]>) -> String {
    refused(
        &[("x/s.toml", text.as_ref().to_vec())],
        &["run", "x/s.toml"],
    )
}

fn cities(text: impl AsRef<[u8]>) -> String {
    let files = [("x/c.csv", text.as_ref().to_vec())];
    refused(
        &files,
        &["run", "base/base.toml", "--set", "data.cities=x/c.csv"],
    )
}

const EXTENDS: &str = "extends = \"../base/base.toml\"\n";

#[test]
fn lines_without_end() {
    let long = "x".repeat(10 << 20);
    assert_eq!(
        scenario(&long),
        "x/s.toml: the file is too large; allowed: up to 1 MiB\n"
    );
    let said = scenario(format!("{EXTENDS}{} = 1\n", "x".repeat(1_000_000)));
    assert!(has_place(&said) && said.len() < 300, "{said}");
    let said = scenario(format!(
        "{EXTENDS}[regime]\nallocation = \"{}\"\n",
        "x".repeat(1_000_000)
    ));
    assert!(has_place(&said) && said.len() < 300, "{said}");
    assert!(cities(&long).starts_with("x/c.csv:1:1: "));
    let said = cities(format!("city_id,code\n{long},1\n"));
    assert!(has_place(&said) && said.len() < 1_000, "{said}");
    let said = cities(",".repeat(10 << 20));
    assert!(said.starts_with("x/c.csv:1:1: "), "{said}");
    let said = cities("\"".repeat(10 << 20));
    assert!(said.starts_with("x/c.csv:1:1: "), "{said}");
}

#[test]
fn nesting_without_end() {
    for (open, close) in [("[", "]"), ("{a=", "}")] {
        for depth in [100, 100_000] {
            let said = scenario(format!(
                "{EXTENDS}title = {}1{}\n",
                open.repeat(depth),
                close.repeat(depth)
            ));
            assert!(has_place(&said), "{said}");
        }
    }
    for depth in [1_000, 100_000] {
        let said = scenario(format!("{EXTENDS}a{} = 1\n", ".a".repeat(depth)));
        assert!(has_place(&said), "{said}");
        let said = scenario(format!("{EXTENDS}[a{}]\nb = 1\n", ".a".repeat(depth)));
        assert!(has_place(&said), "{said}");
    }
}

#[test]
fn problems_without_end() {
    let said = scenario(format!("{EXTENDS}{}", "[[changes]]\n".repeat(80_000)));
    assert!(said.ends_with("more problems\n"), "{said}");
    let head = "instrument_id,code,name,channel,tier_slope,overseas_share\n";
    let rows: String = (0..200_000)
        .map(|code| format!("i{code},{code},Name,soft,0,7\n"))
        .collect();
    let files = [("x/i.csv", format!("{head}{rows}").into_bytes())];
    let said = refused(
        &files,
        &["run", "base/base.toml", "--set", "data.instruments=x/i.csv"],
    );
    assert_eq!(said.lines().count(), 101, "{said}");
}

#[test]
fn more_rows_than_a_world_holds() {
    let rows: String = (0..65)
        .map(|code| format!("i{code},{code},Name,soft,0,0\n"))
        .collect();
    let head = "instrument_id,code,name,channel,tier_slope,overseas_share\n";
    let files = [("x/i.csv", format!("{head}{rows}").into_bytes())];
    let instruments = ["run", "base/base.toml", "--set", "data.instruments=x/i.csv"];
    assert_eq!(
        refused(&files, &instruments),
        "x/i.csv: the table has 65 instruments; allowed: 0 to 64\n"
    );
    let rows: String = (0..30)
        .map(|code| format!("s{code},{},Name,1,1,1,1,0,0,1,1,0,0\n", 100 + code))
        .collect();
    let base = std::fs::read_to_string("tests/catalogue/base/sectors.csv").expect("a file");
    let files = [("x/s.csv", (base + &rows).into_bytes())];
    let sectors = ["run", "base/base.toml", "--set", "data.sectors=x/s.csv"];
    assert_eq!(
        refused(&files, &sectors),
        "x/s.csv: the table has 33 sectors; allowed: 1 to 32\n"
    );
}

#[test]
fn files_that_lead_in_circles_or_away() {
    let files = [
        ("x/a.toml", b"extends = \"b.toml\"\n".to_vec()),
        ("x/b.toml", b"extends = \"../x/a.toml\"\n".to_vec()),
    ];
    assert_eq!(
        refused(&files, &["run", "x/a.toml"]),
        "x/b.toml:1:11: `extends` leads back to x/../x/a.toml; allowed: a chain that ends\n"
    );
    let chain: Vec<(String, Vec<u8>)> = (0..20)
        .map(|number| {
            (
                format!("x/{number}.toml"),
                format!("extends = \"{}.toml\"\n", number + 1).into_bytes(),
            )
        })
        .collect();
    let chain: Vec<(&str, Vec<u8>)> = chain
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.clone()))
        .collect();
    let said = refused(&chain, &["run", "x/0.toml"]);
    assert_eq!(
        said,
        "x/15.toml:1:11: more than 16 files extend each other; allowed: up to 16\n"
    );
    let said = scenario(format!("{EXTENDS}[data]\ncities = \"a\\u0000b\"\n"));
    assert!(has_place(&said), "{said}");
    let said = scenario(format!(
        "{EXTENDS}[data]\ncities = \"{}\"\n",
        "x/".repeat(5_000)
    ));
    assert!(has_place(&said), "{said}");
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_read() {
    for name in ["/dev/zero", "/dev/full"] {
        let said = scenario(format!("{EXTENDS}[data]\ncities = \"{name}\"\n"));
        assert!(said.contains("it is neither a file nor a pipe"), "{said}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn arguments_that_are_not_utf_8_are_refused() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let copy = Copy::new();
    let odd = OsStr::from_bytes(b"title=\xff");
    copy.refused(&[
        OsStr::new("run"),
        OsStr::new("base/base.toml"),
        OsStr::new("--set"),
        odd,
    ]);
}

/// A gigabyte of address space, of which the program and its libraries take a part, is enough for every refusal.
#[cfg(target_os = "linux")]
#[test]
fn memory_is_bounded() {
    let mut copy = Copy::new();
    let rows: String = (0..300_000)
        .map(|code| format!("i{code},{code},Name,soft,0,7\n"))
        .collect();
    let head = "instrument_id,code,name,channel,tier_slope,overseas_share\n";
    copy.write("x/rows.csv", format!("{head}{rows}"));
    copy.write("x/line.csv", vec![b','; 10 << 20]);
    copy.write("x/deep.toml", format!("title = {}", "[".repeat(1_000_000)));
    let program = env!("CARGO_BIN_EXE_dualtrack");
    for arguments in [
        "run base/base.toml --set data.instruments=x/rows.csv",
        "run base/base.toml --set data.cities=x/line.csv",
        "run x/deep.toml",
        "sweep x/deep.toml",
        "reproduce --file x/deep.toml",
    ] {
        let output = std::process::Command::new("sh")
            .current_dir(copy.path(""))
            .args([
                "-c",
                &format!("ulimit -v 1000000; exec {program} {arguments}"),
            ])
            .output()
            .expect("a shell");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments}: {said}");
    }
}
