//! The permissions that only this product's rows need, beside the shared ones.

use pbx_auth::Permission;

/// Read the audit trail.
pub(crate) const AUDIT_READ: Permission = Permission("logs.audit.read");
/// Read the diagnostic log.
pub(crate) const DIAGNOSTIC_READ: Permission = Permission("logs.diagnostic.read");
/// Use the website.
pub(crate) const WEB: Permission = Permission("web.access");
/// See everybody's calls.
pub(crate) const CALLS_READ: Permission = Permission("calls.read");
/// See one's own calls.
pub(crate) const CALLS_OWN: Permission = Permission("own.calls.read");
/// Take tags away from one's own calls.
pub(crate) const CALLS_TAG_OWN: Permission = Permission("own.calls.tag");
/// Take tags away from everybody's calls.
pub(crate) const CALLS_TAGS_DELETE: Permission = Permission("calls.tags.delete");
/// Read everybody's chats.
pub(crate) const CHAT_READ: Permission = Permission("chat.read");
/// Read one's own chats.
pub(crate) const CHAT_OWN: Permission = Permission("own.chat.read");
/// See the directories.
pub(crate) const CONTACTS_READ: Permission = Permission("contacts.read");
/// Delete entries of the directories.
pub(crate) const CONTACTS_DELETE: Permission = Permission("contacts.delete");
/// Keep one's own contacts.
pub(crate) const CONTACTS_OWN: Permission = Permission("own.contacts.change");
/// Change one's own details.
pub(crate) const PROFILE_OWN: Permission = Permission("own.profile.change");
/// Play everybody's recordings.
pub(crate) const RECORDINGS_PLAY: Permission = Permission("recordings.play");
/// Delete recordings.
pub(crate) const RECORDINGS_DELETE: Permission = Permission("recordings.delete");
/// Play one's own recordings.
pub(crate) const RECORDINGS_OWN: Permission = Permission("own.recordings.play");
