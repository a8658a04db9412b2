//! The permissions that only this product has; what each allows is in `product.toml`.

use pbx_auth::Permission;

pub(crate) const CALLS_READ: Permission = Permission("calls.read");
pub(crate) const CONSENTS_READ: Permission = Permission("consents.read");
pub(crate) const LOGS_MESSAGES_READ: Permission = Permission("logs.messages.read");
pub(crate) const LOGS_OIG_READ: Permission = Permission("logs.oig.read");
pub(crate) const LOGS_SECURE_READ: Permission = Permission("logs.secure.read");
pub(crate) const SETTINGS_LOGS: Permission = Permission("settings.logs");
pub(crate) const SETTINGS_REMOTE_ACCESS: Permission = Permission("settings.remote-access");
pub(crate) const USERS_IMPORT: Permission = Permission("users.import");
pub(crate) const USERS_READ: Permission = Permission("users.read");
