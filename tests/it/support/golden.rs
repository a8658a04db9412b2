//! Golden files: what Understudy said once, reviewed, and says ever since.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use crate::binary::workspace;

/// Compares `actual` with the golden file at `path` below `tests/golden`.
///
/// `make golden` rewrites the file instead; the diff is the review. Write `path` as a literal: that is how
/// the tidy test finds golden files that nothing compares any more.
#[track_caller]
pub fn check_golden(path: &str, actual: &str) {
    let file = folder().join(path);
    if is_rewriting() {
        rewrite(&file, actual);
        return;
    }
    let golden = fs::read_to_string(&file).unwrap_or_default();
    if let Some(difference) = difference(&golden, actual) {
        panic!("{path} differs from what was said now. If that is right: `make golden`.\n{difference}");
    }
}

/// Compares a whole folder of golden files, by name, below `tests/golden`: none may be missing or left over.
#[track_caller]
pub fn check_golden_folder(path: &str, actual: &BTreeMap<String, String>) {
    let folder = folder().join(path);
    let present = fs::read_dir(&folder).map(|entries| {
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect::<Vec<_>>()
    });
    for name in present.unwrap_or_default().iter().filter(|&name| !actual.contains_key(name)) {
        assert!(is_rewriting(), "{path}/{name} is compared with nothing any more: `make golden` removes it");
        fs::remove_file(folder.join(name)).expect("a golden file can be removed");
    }
    for (name, text) in actual {
        check_golden(&format!("{path}/{name}"), text);
    }
}

/// The first lines that differ, with what stands around them.
fn difference(golden: &str, actual: &str) -> Option<String> {
    if golden == actual {
        return None;
    }
    let (golden, actual): (Vec<_>, Vec<_>) = (golden.lines().collect(), actual.lines().collect());
    let same = golden.iter().zip(&actual).take_while(|(golden, actual)| golden == actual).count();
    let from = same.saturating_sub(CONTEXT_LINES);
    let mut out = format!("first difference in line {}:\n", same + 1);
    for line in &actual[from..same] {
        let _ = writeln!(out, "  {line}");
    }
    for (sign, lines) in [('-', &golden), ('+', &actual)] {
        for line in lines.iter().skip(same).take(LINES_SHOWN) {
            let _ = writeln!(out, "{sign} {line}");
        }
    }
    Some(out)
}

fn rewrite(file: &Path, text: &str) {
    fs::create_dir_all(file.parent().expect("a file lies in a folder")).expect("a folder can be made");
    fs::write(file, text).expect("a golden file can be written");
}

/// Whether this run rewrites the golden files, which `make golden` asks for.
fn is_rewriting() -> bool {
    std::env::var_os("UPDATE_GOLDEN").is_some()
}

fn folder() -> PathBuf {
    workspace().join("tests/golden")
}

/// Lines shown before the first difference.
const CONTEXT_LINES: usize = 3;

/// Lines shown of each side from the first difference on.
const LINES_SHOWN: usize = 12;
