//! Looking through the state folder as somebody would who stole it: every file, its name and its bytes.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use pbx_rehearsal::{Explanations, Finding, Needles, Place, Searcher, findings, search};

use super::survey::WANTED;

/// What is in the names and the bytes of all files below `folder`, and how many bytes were searched.
///
/// Files that go away meanwhile are passed over: the store writes and removes its own.
pub(super) fn search_files(folder: &Path, needles: &Needles) -> io::Result<(Vec<Finding>, u64)> {
    let (mut found, mut bytes) = (Vec::new(), 0);
    let mut folders = vec![PathBuf::new()];
    while let Some(below) = folders.pop() {
        for entry in fs::read_dir(folder.join(&below))? {
            let entry = entry?;
            let name = entry.file_name();
            let (kind, path) = (entry.file_type()?, below.join(&name));
            let hits = search(needles, name.as_encoded_bytes());
            let is_telling = hits.count() > 0;
            found.extend(findings(
                &Place::FileName { folder: shown(&below) },
                WANTED,
                &hits,
                &Explanations::default(),
            ));
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                let file = if is_telling { shown(&below) } else { shown(&path) };
                let Some(hits) = search_file(&folder.join(&path), needles)? else { continue };
                bytes += hits.bytes();
                found.extend(findings(&Place::RawBytes { file }, WANTED, &hits, &Explanations::default()));
            }
        }
    }
    Ok((found, bytes))
}

/// What is in the file; nothing where it is gone.
fn search_file(path: &Path, needles: &Needles) -> io::Result<Option<pbx_rehearsal::Hits>> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let mut searcher = Searcher::new(needles);
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(Some(searcher.finish())),
            read => searcher.feed(&piece[..read]),
        }
    }
}

fn shown(path: &Path) -> String {
    if path.as_os_str().is_empty() { ".".to_owned() } else { path.to_string_lossy().into_owned() }
}

/// How much of a file is read at a time.
const PIECE_BYTES: usize = 256 * 1024;
