//! The permissions that only this product has; what each allows is in `product.toml`.

use pbx_auth::Permission;

pub(crate) const CALLS_ERASE: Permission = Permission("calls.erase");
pub(crate) const CALLS_READ: Permission = Permission("calls.read");
pub(crate) const CDR_CLEAR: Permission = Permission("cdr.clear");
pub(crate) const CDR_MASK: Permission = Permission("cdr.mask");
pub(crate) const CDR_READ: Permission = Permission("cdr.read");
pub(crate) const CONTACTS_DELETE: Permission = Permission("contacts.delete");
pub(crate) const CONTACTS_READ: Permission = Permission("contacts.read");
pub(crate) const CUSTOMERS_DELETE: Permission = Permission("customers.delete");
pub(crate) const CUSTOMERS_READ: Permission = Permission("customers.read");
pub(crate) const EXTENSION_CHANGE: Permission = Permission("extension.change");
pub(crate) const EXTENSION_READ: Permission = Permission("extension.read");
pub(crate) const LOGS_AUDIT_TRAIL_READ: Permission = Permission("logs.audit-trail.read");
pub(crate) const LOGS_EVENTS_READ: Permission = Permission("logs.events.read");
pub(crate) const LOGS_MDSH_READ: Permission = Permission("logs.mdsh.read");
pub(crate) const LOGS_SECURITY_READ: Permission = Permission("logs.security.read");
pub(crate) const MAINTENANCE: Permission = Permission("maintenance");
pub(crate) const NAME_CHANGE: Permission = Permission("name.change");
pub(crate) const NAME_READ: Permission = Permission("name.read");
pub(crate) const PEOPLE_CHANGE: Permission = Permission("people.change");
pub(crate) const PEOPLE_DELETE: Permission = Permission("people.delete");
pub(crate) const PEOPLE_DELETE_SERVICES: Permission = Permission("people.delete-services");
pub(crate) const PEOPLE_READ: Permission = Permission("people.read");
pub(crate) const RECORDINGS_DELETE: Permission = Permission("recordings.delete");
pub(crate) const RECORDINGS_READ: Permission = Permission("recordings.read");
pub(crate) const SETTINGS_BANNER: Permission = Permission("settings.banner");
pub(crate) const SETTINGS_WEB_MANAGEMENT: Permission = Permission("settings.web-management");
pub(crate) const SHELL: Permission = Permission("shell");
pub(crate) const VOICEMAIL_ERASE: Permission = Permission("voicemail.erase");
pub(crate) const VOICEMAIL_READ: Permission = Permission("voicemail.read");
