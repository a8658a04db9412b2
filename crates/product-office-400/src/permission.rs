//! The permissions that only this product's rows need, beside the shared ones.

use pbx_auth::Permission;

/// Read the access log and the list of failed logins.
pub(crate) const ACCESS_READ: Permission = Permission("logs.access.read");
/// Read the audit trail.
pub(crate) const AUDIT_READ: Permission = Permission("logs.audit.read");
/// Read one's own contacts and delete them.
pub(crate) const CONTACTS_OWN: Permission = Permission("contacts.own");
/// See the telephone directory.
pub(crate) const DIRECTORY_READ: Permission = Permission("directory.read");
/// Delete users from the telephone directory.
pub(crate) const DIRECTORY_DELETE: Permission = Permission("directory.delete");
/// Manage the hotel and its charge file.
pub(crate) const HOTEL: Permission = Permission("hospitality.manage");
/// Delete users with all phone services.
pub(crate) const PEOPLE_DELETE_SERVICES: Permission = Permission("people.delete-services");
/// Hear one's own recordings.
pub(crate) const RECORDINGS_OWN: Permission = Permission("recordings.own");
/// Delete voice mailboxes, unheard.
pub(crate) const VOICEMAIL_DELETE: Permission = Permission("voicemail.delete");
/// Delete one's own voice mail.
pub(crate) const VOICEMAIL_CHANGE_OWN: Permission = Permission("voicemail.change-own");
/// Hear one's own voice mail and greetings.
pub(crate) const VOICEMAIL_OWN: Permission = Permission("voicemail.listen-own");
/// Use WebAdmin.
pub(crate) const WEBADMIN: Permission = Permission("interface.webadmin");
