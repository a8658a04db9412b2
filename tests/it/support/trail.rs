//! A trail as an operator takes it away: lines, a signed checkpoint and the public key, to be verified offline.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::binary::understudy_in;
use crate::director::Director;
use crate::process::Output;

/// An exported trail, in a folder of its own.
#[derive(Debug)]
pub struct Trail {
    folder: TempDir,
}

impl Director {
    /// Takes away the trail of `site`, the checkpoint over it and the public key.
    #[track_caller]
    pub fn export(&self, site: &str) -> Trail {
        // The checkpoint first: the trail may grow meanwhile, and it may not be shorter than what was signed.
        let checkpoint = self.text(&format!("/sites/{site}/checkpoint"));
        let lines = self.text(&format!("/sites/{site}/trail"));
        let keys = self.text("/public-key");
        let of_site = |key: &&str| key.split('+').next().is_some_and(|it| it.ends_with(&format!("/{site}")));
        let key = keys.lines().find(of_site).unwrap_or_else(|| panic!("no key of {site} in:\n{keys}"));
        let folder = tempfile::Builder::new().prefix("understudy-trail-").tempdir().expect("a folder");
        let trail = Trail { folder };
        trail.write(TRAIL, &lines);
        trail.write(CHECKPOINT, &checkpoint);
        trail.write(KEY, key);
        trail
    }

    #[track_caller]
    fn text(&self, path: &str) -> String {
        let response = self.curl().get(path);
        assert_eq!(response.status, 200, "{path}: {}", response.body);
        response.body
    }
}

impl Trail {
    /// The folder, with the files `trail`, `checkpoint` and `key`.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The lines, as they lie there now.
    #[track_caller]
    pub fn lines(&self) -> Vec<String> {
        let text = fs::read_to_string(self.folder().join(TRAIL)).expect("a trail lies in its folder");
        text.lines().map(str::to_owned).collect()
    }

    /// The file of the signed checkpoint.
    pub fn checkpoint(&self) -> PathBuf {
        self.folder().join(CHECKPOINT)
    }

    /// Puts a file into the folder, perhaps in the place of another.
    #[track_caller]
    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.folder().join(name), text).expect("a file can be written");
    }

    /// What `understudy verify` says, with `anchors` as checkpoints that were kept elsewhere.
    #[track_caller]
    pub fn verify(&self, anchors: &[PathBuf]) -> Output {
        let mut arguments = vec!["verify", TRAIL, "--key", KEY, "--checkpoint", CHECKPOINT];
        let anchors: Vec<_> = anchors.iter().map(|it| it.to_string_lossy().into_owned()).collect();
        arguments.extend(anchors.iter().flat_map(|it| ["--anchor", it]));
        understudy_in(self.folder(), &arguments)
    }
}

/// The file with the recorder's lines.
const TRAIL: &str = "trail";
/// The file with the signed checkpoint.
const CHECKPOINT: &str = "checkpoint";
/// The file with the public key.
const KEY: &str = "key";
