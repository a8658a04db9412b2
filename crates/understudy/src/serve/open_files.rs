//! How many files the process may have open: every connection and every port is one.

use rustix::process::{Resource, getrlimit, setrlimit};

/// Asks for as many open files as the system lets the process have. Most systems begin with 1,024 and allow many more;
/// where it allows no more, connections beyond are refused and said so.
pub(super) fn raise() {
    let mut limit = getrlimit(Resource::Nofile);
    let allowed = limit.maximum.unwrap_or(OPEN_FILES_MAX).min(OPEN_FILES_MAX);
    if limit.current.is_some_and(|it| it < allowed) {
        limit.current = Some(allowed);
        if let Err(error) = setrlimit(Resource::Nofile, limit) {
            tracing::warn!(%error, "the number of open files cannot be raised");
        }
    }
}

/// More than the connections of a thousand sites; some systems' own maximum is a number that they do not mean.
const OPEN_FILES_MAX: u64 = 262_144;
