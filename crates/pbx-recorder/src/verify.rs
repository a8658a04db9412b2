//! Whether a trail is what was recorded, and if not, what was done to it.
//!
//! Three things bear witness, and each catches what the others cannot:
//!
//! ```text
//!   seq          a line says which place is its own           reordered, missing, inserted
//!   prev         a line says what its predecessor's hash is   altered
//!   checkpoint   the key says what the first n lines are      all of it rewritten, cut short, forked
//! ```
//!
//! A checkpoint that matches the lines as found proves them. Where one does not, the trail is read again with
//! each doubtful line's hash replaced by the one that its successor recorded: if the checkpoint matches now, the
//! damage is known to the line and everything else is proven all the same. What no signature settles rests on the
//! links: that something is wrong is then certain, but a line whose neighbours are damaged too may be called
//! altered where it was moved, or the other way round. [`Report::proven`] says where the certainty ends.
//!
//! What nobody can see: lines that were never written, lines cut off above the last checkpoint that a reader
//! holds, and whatever the holder of the signing key rewrites before a checkpoint leaves the machine.

mod judge;
mod place;
mod report;

#[cfg(test)]
mod tests;

use crate::{CheckpointError, PublicKey, SignedCheckpoint};
use judge::{Claim, Judge};
use place::{Lines, place};
pub use report::{Anchor, Anchoring, Checked, Finding, Match, Report, Span};

/// Verifies a trail offline.
///
/// `trail` is every line without its newline, in the order of the file. `anchors` are the checkpoints, those kept
/// beside the trail and those kept elsewhere; only those that `key` signed for its own name count. Keeps about
/// 200 bytes per line in memory.
pub fn verify<L: AsRef<[u8]>>(
    trail: impl IntoIterator<Item = L>,
    anchors: &[Anchor],
    key: &PublicKey,
) -> Report {
    let mut lines = Lines::default();
    trail.into_iter().for_each(|line| lines.read(line.as_ref()));
    let mut report = Report { lines: lines.len(), ..Report::default() };
    let placed = place(&lines, &mut report);

    let mut claims = Vec::new();
    for anchor in anchors {
        match SignedCheckpoint::parse(&anchor.text).and_then(|it| it.verify(key).cloned()) {
            Ok(checkpoint) => claims.push(Claim { anchor, checkpoint }),
            Err(why) => reject(anchor, why, &mut report),
        }
    }
    Judge::new(&placed, &claims).judge(&mut report);
    report
}

fn reject(anchor: &Anchor, why: CheckpointError, report: &mut Report) {
    let name = anchor.name.clone();
    report.checked.push(Checked {
        name: name.clone(),
        anchoring: anchor.anchoring,
        size: None,
        verdict: Match::Rejected,
    });
    report.find(match why {
        CheckpointError::Form => Finding::UnparsableCheckpoint { name },
        CheckpointError::Origin => Finding::ForeignCheckpoint { name },
        CheckpointError::Signature => Finding::BadSignature { name },
    });
}
