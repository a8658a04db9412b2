use pbx_auth::{Grant, Principal};
use pbx_kernel::Timestamp;
use pbx_policy::Policy;

use crate::{Args, Estate, Outcome, Refusal, Stop};

/// What an operation may look at. Only someone with a [`Grant`] can make one.
pub struct Context<'a> {
    /// The moment of the request.
    pub now: Timestamp,
    /// The site's state.
    pub estate: Estate<'a>,
    /// The product's rules.
    pub policy: &'a Policy,
    grant: &'a Grant,
}

/// The function in a row of a command, route or page table.
pub type Handler = fn(&Context<'_>, &Args) -> Result<Outcome, Stop>;

impl<'a> Context<'a> {
    /// The context of one request.
    pub fn new(now: Timestamp, grant: &'a Grant, estate: Estate<'a>, policy: &'a Policy) -> Self {
        Self { now, estate, policy, grant }
    }

    /// Says no unless the principal's role also includes `permission`, for rows whose need depends on their object.
    pub fn demand(&self, permission: &str) -> Result<(), Refusal> {
        if self.principal().role.permissions.contains(permission) {
            Ok(())
        } else {
            Err(Refusal::NotPermitted(permission.to_owned()))
        }
    }

    /// Who asks.
    pub fn principal(&self) -> &Principal {
        self.grant.principal()
    }
}
