//! The rules of the house that neither the compiler nor clippy can hold.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use support::workspace;

/// The crates below the wall, beside the products: no async, no clock, no randomness, no I/O.
const BELOW_THE_WALL: &[&str] = &[
    "pbx-auth",
    "pbx-cmdline",
    "pbx-estate",
    "pbx-fiction",
    "pbx-inventory",
    "pbx-kernel",
    "pbx-media",
    "pbx-page",
    "pbx-policy",
    "pbx-product",
    "pbx-recorder",
    "pbx-rehearsal",
    "pbx-site",
];

/// What no line below the wall may say.
#[rustfmt::skip]
const WORLDLY_WORDS: &[&str] = &[
    "async fn", "async move", "async {", ".await", "tokio::", "std::env", "std::fs", "std::process", "std::thread",
    "TcpListener", "TcpStream", "UdpSocket", "UnixStream", "ToSocketAddrs", "SystemTime", "Instant::", "rand::", "println!", "print!(",
];

/// What no crate below the wall may depend on.
const WORLDLY_CRATES: &[&str] = &[
    "axum",
    "getrandom",
    "governor",
    "hyper",
    "rand",
    "russh",
    "rustix",
    "rustls",
    "sled",
    "socket2",
    "tokio",
];

/// Files that are longer than they should be: name, lines at most, reason. The list only shrinks.
const LONG_FILES: &[(&str, usize, &str)] = &[];

#[test]
fn nothing_below_the_wall_is_async_or_touches_the_world() {
    let files: Vec<_> = sources().into_iter().filter(|file| is_below_the_wall(file.krate())).collect();
    check(code(&files), WORLDLY_WORDS, "below the wall");
}

#[test]
fn crates_below_the_wall_depend_on_nothing_above_it() {
    for krate in crates().iter().filter(|krate| is_below_the_wall(krate)) {
        for it in dependencies(krate) {
            let is_ours = it.starts_with("pbx-") || is_product(&it);
            assert!(!is_ours || is_below_the_wall(&it), "{krate} reaches over the wall for {it}");
            assert!(!WORLDLY_CRATES.contains(&it.as_str()), "{krate} is below the wall and uses {it}");
        }
    }
}

#[test]
fn products_and_the_engine_do_not_know_each_other() {
    for krate in crates() {
        let dependencies = dependencies(&krate);
        let product = dependencies.iter().find(|it| is_product(it));
        assert!(product.is_none() || krate == "understudy", "{krate} knows the product {product:?}");
        let knows_engine = dependencies.contains("pbx-site");
        assert!(!(is_product(&krate) && knows_engine), "{krate} knows the engine");
    }
}

#[test]
fn every_product_has_its_policy_and_its_place_in_the_binary_and_the_readme() {
    let (binary, readme) = (dependencies("understudy"), read("README.md"));
    for krate in crates().iter().filter(|krate| is_product(krate)) {
        let policy = workspace().join("crates").join(krate).join("product.toml");
        assert!(policy.is_file(), "{krate} has no product.toml");
        assert!(binary.contains(krate), "the binary does not know {krate}");
        let id = krate.trim_start_matches("product-");
        assert!(readme.contains(&format!("`{id}`")), "README.md does not name `{id}`");
    }
}

#[test]
fn every_crate_takes_the_common_lints_and_says_what_it_is() {
    let folders = crates().into_iter().map(|krate| format!("crates/{krate}"));
    for folder in folders.chain(["tests".to_owned()]) {
        let manifest = read(&format!("{folder}/Cargo.toml"));
        assert!(manifest.contains("[lints]\nworkspace = true"), "{folder} has lints of its own");
        assert!(manifest.contains("\ndescription = "), "{folder} has no description");
    }
    for file in
        sources().iter().filter(|file| file.name.ends_with("/lib.rs") || file.name.ends_with("/main.rs"))
    {
        assert!(file.text.starts_with("//! "), "{} does not open with what it promises", file.name);
    }
}

#[test]
fn files_are_short_enough_to_be_read() {
    let sources = sources();
    let long = sources.iter().map(|file| (file.name.as_str(), file.text.lines().count()));
    let long: Vec<_> = long.filter(|(_, lines)| *lines > FILE_LINES_MAX).collect();
    let is_allowed =
        |it: &(&str, usize)| LONG_FILES.iter().any(|(name, max, _)| *name == it.0 && it.1 <= *max);
    let offences: Vec<_> = long.iter().filter(|it| !is_allowed(it)).collect();
    assert!(offences.is_empty(), "over {FILE_LINES_MAX} lines, or over their exception: {offences:?}");
    for (name, ..) in LONG_FILES {
        assert!(long.iter().any(|(long, _)| long == name), "{name} is short by now: take it off the list");
    }
}

// The marks below are written in halves, or this file would find itself.

#[test]
fn nothing_is_left_for_later() {
    let marks =
        [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X:"), concat!("unimple", "mented!")];
    check(lines(&texts()), &marks, "left for later");
}

#[test]
fn no_test_is_ignored_panics_on_purpose_or_sleeps() {
    let marks = [
        concat!("#[ig", "nore"),
        concat!("#[should_", "panic"),
        concat!("thread::", "sleep"),
        concat!("fn te", "st_"),
    ];
    check(lines(&sources()), &marks, "not in our tests");
}

#[test]
fn no_file_names_a_machine_or_holds_a_private_key() {
    let paths = [concat!("/work", "/main"), concat!("/work", "/shared"), concat!("/root/", ".cargo")];
    check(lines(&texts()), &paths, "one machine's own path");
    // A line of its own: a test may say what a PEM file begins with, and hold none.
    let is_key = |line: &str| line.starts_with("-----BEGIN") && line.ends_with("PRIVATE KEY-----");
    for file in texts() {
        assert!(!file.text.lines().any(is_key), "{} holds a private key", file.name);
    }
}

#[test]
fn every_golden_file_is_compared_with_something() {
    let folder = workspace().join("tests/golden");
    let tests: String = sources().into_iter().map(|file| file.text).collect();
    for name in walk(&folder).iter().map(|file| relative(&folder, file)) {
        let parent = name.rsplit_once('/').map_or("", |(parent, _)| parent);
        let is_used = tests.contains(&format!("check_golden(\"{name}\""))
            || tests.contains(&format!("check_golden_folder(\"{parent}\""));
        assert!(is_used, "no test compares tests/golden/{name}");
    }
}

#[test]
fn the_readme_names_only_what_make_knows() {
    let (makefile, readme) = (read("Makefile"), read("README.md"));
    let targets: BTreeSet<_> = targets(&makefile).map(|(target, _)| target).collect();
    let words = |text: &str| {
        text.split(|it: char| !it.is_ascii_alphanumeric() && it != '-').next().map(str::to_owned)
    };
    let named: BTreeSet<_> =
        ["`make ", "\n    make "].iter().flat_map(|it| readme.split(it).skip(1)).filter_map(words).collect();
    assert!(named.contains("run") && named.contains("test"), "README.md names the two commands");
    for target in named {
        assert!(
            targets.contains(target.as_str()),
            "README.md says `make {target}`; the Makefile does not know it"
        );
    }
}

#[test]
fn make_help_tells_what_every_target_does() {
    let makefile = read("Makefile");
    let phony = makefile.lines().find_map(|line| line.strip_prefix(".PHONY:")).unwrap_or_default();
    for (target, rest) in targets(&makefile) {
        assert!(rest.contains("## "), "make help cannot tell what `make {target}` does");
        assert!(phony.split(' ').any(|it| it == target), "{target} is not in .PHONY");
    }
}

/// Fails with every one of `lines` that has one of `words`; `why` says what is wrong with that.
#[track_caller]
fn check<'a>(lines: impl Iterator<Item = Line<'a>>, words: &[&str], why: &str) {
    let found = lines.filter_map(|line| {
        let word = words.iter().find(|word| line.text.contains(**word))?;
        Some(format!("{}:{}: `{word}`: {why}", line.file, line.number))
    });
    let found: Vec<_> = found.collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

/// A text file of the repository.
struct File {
    /// Its path below the top folder.
    name: String,
    text: String,
}

/// A line of a file.
struct Line<'a> {
    file: &'a str,
    number: usize,
    text: &'a str,
}

impl File {
    /// The folder below `crates/` that it lies in, or nothing.
    fn krate(&self) -> &str {
        let krate = self.name.strip_prefix("crates/").and_then(|rest| rest.split('/').next());
        krate.unwrap_or_default()
    }

    fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let lines = self.text.lines().enumerate();
        lines.map(|(index, text)| Line { file: &self.name, number: index + 1, text })
    }
}

/// The lines of `files`, comments and all.
fn lines(files: &[File]) -> impl Iterator<Item = Line<'_>> {
    files.iter().flat_map(File::lines)
}

/// The lines of Rust `files` without comments, and without the unit tests that end a file.
fn code(files: &[File]) -> impl Iterator<Item = Line<'_>> {
    let files =
        files.iter().filter(|file| !file.name.ends_with("tests.rs") && !file.name.contains("/tests/"));
    let code = files.flat_map(|file| {
        let end = file.text.find("#[cfg(test)]\nmod tests {").unwrap_or(file.text.len());
        file.lines().take(file.text[..end].lines().count())
    });
    code.filter(|line| !line.text.trim_start().starts_with("//"))
}

/// Every Rust file.
fn sources() -> Vec<File> {
    let is_rust = |file: &File| Path::new(&file.name).extension().is_some_and(|it| it == "rs");
    texts().into_iter().filter(is_rust).collect()
}

/// Every file that is text.
fn texts() -> Vec<File> {
    let file = |path: PathBuf| {
        Some(File { name: relative(workspace(), &path), text: fs::read_to_string(path).ok()? })
    };
    walk(workspace()).into_iter().filter_map(file).collect()
}

/// The files below `folder`, without what is built or made at run time.
fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        if path.is_file() {
            found.push(path);
        } else if !GENERATED.iter().any(|it| name == *it) {
            found.extend(walk(&path));
        }
    }
    found.sort();
    found
}

fn relative(folder: &Path, file: &Path) -> String {
    file.strip_prefix(folder).expect("the file lies in the folder").display().to_string()
}

/// The text of the file `name` below the top folder.
fn read(name: &str) -> String {
    fs::read_to_string(workspace().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn crates() -> BTreeSet<String> {
    let entries = fs::read_dir(workspace().join("crates")).expect("crates/ is there").flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
}

/// The names in the `[dependencies]` of `krate`.
fn dependencies(krate: &str) -> BTreeSet<String> {
    let manifest: toml::Table =
        toml::from_str(&read(&format!("crates/{krate}/Cargo.toml"))).expect("cargo reads it");
    let table = manifest.get("dependencies").and_then(toml::Value::as_table);
    table.into_iter().flat_map(toml::Table::keys).cloned().collect()
}

/// The targets of `makefile`, each with the rest of its line.
fn targets(makefile: &str) -> impl Iterator<Item = (&str, &str)> {
    let rules = makefile.lines().filter(|line| line.starts_with(|it: char| it.is_ascii_lowercase()));
    rules.filter_map(|line| line.split_once(':')).filter(|(_, rest)| !rest.starts_with('='))
}

fn is_product(krate: &str) -> bool {
    krate.starts_with("product-")
}

fn is_below_the_wall(krate: &str) -> bool {
    is_product(krate) || BELOW_THE_WALL.contains(&krate)
}

/// The longest a source file should be.
const FILE_LINES_MAX: usize = 400;

/// Folders that no person writes.
const GENERATED: &[&str] = &[".git", ".tools", "state", "target"];
