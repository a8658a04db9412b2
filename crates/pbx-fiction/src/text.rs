//! What people say and write. No sentence has a digit or a name in it, so that whoever is found in one was put there.

use crate::draw::Draw;
use crate::item::Encoding;
use crate::mention::Mention;

/// A sentence with room (`{}`) for `mention`.
pub(crate) fn about(mention: &Mention, draw: &mut Draw) -> &'static str {
    match (mention.what, mention.encoding) {
        (_, Encoding::Base64) => draw.pick(ENCODED),
        ("name", _) => draw.pick(NAMES),
        ("email", _) => draw.pick(ADDRESSES),
        _ => draw.pick(NUMBERS),
    }
}

/// Chat that mentions nobody.
pub(crate) const CHATS: &[&str] = &[
    "Back in five, the kettle is on.",
    "Can you take the front desk after lunch?",
    "Delivery is late again, please tell the workshop.",
    "Fikat är dukat på tredje våningen.",
    "Let us move the meeting to the Lighthouse.",
    "On est déjà en salle, vous venez ?",
    "The printer by the stairs works again.",
    "Thanks, that solved it!",
];

/// Notes that mention nobody.
pub(crate) const NOTES: &[&str] = &[
    "Asked for the new price list.",
    "Call back before the end of the week.",
    "Prefers to be called in the morning.",
    "Rappeler après le déjeuner.",
    "Wants the invoice by post.",
];

/// Tags of notes and recordings.
pub(crate) const TAGS: &[&str] = &["complaint", "follow-up", "invoice", "order", "support", "urgent"];

/// What charges are for.
pub(crate) const CHARGES: &[&str] = &["Calls", "Laundry", "Minibar", "Parking", "Room service"];

/// What a system writes about a call; the other number is in a field of its own.
pub(crate) const LOGS: &[&str] = &["released by caller", "released by called party", "released by network"];

/// What it writes where somebody else is involved.
pub(crate) const LOGS_ABOUT: &[&str] =
    &["forwarded to {} after no answer", "diversion target {} busy", "set-up retried via {}"];

const NAMES: &[&str] = &[
    "Did {} sign the rota yet?",
    "Fråga {} om nyckeln till båthuset.",
    "I heard {} is moving to the Mill.",
    "{} said the offer stands until Friday.",
    "Merci de prévenir {} avant midi.",
    "Lunch with {} was a success.",
];
const NUMBERS: &[&str] =
    &["Try {} instead.", "Please ring {} about the keys.", "Missed a call from {} just now."];
const ADDRESSES: &[&str] = &["Send it to {} please.", "Bounced again: {}", "Copy {} on everything."];
const ENCODED: &[&str] =
    &["Header of that odd mail: {}", "The log says uid={} and stops.", "Token was {} I think."];
