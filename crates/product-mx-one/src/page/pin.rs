//! The PIN of an end user's extension, set by an administrator.

use pbx_estate::{Args, Context, Stop, account};
use pbx_page::{Autocomplete, Field, Form, Sheet};
use pbx_product::{Action, Shown, needs};

/// What the form of [`pin`] does.
pub(super) const ACTIONS: &[Action] =
    &[Action { name: "pin", needs: needs::ACCOUNTS_PASSWORD, run: account::set_password }];

/// A form that gives a user's extension a new PIN.
#[expect(clippy::unnecessary_wraps, reason = "the signature that every page has")]
pub(super) fn pin(cx: &Context<'_>, _: &Args) -> Result<Shown, Stop> {
    let hint = cx.policy.passwords.get("pin").map(pbx_auth::PasswordRule::describe).unwrap_or_default();
    let form = Form::post("pin", "?do=pin", "Set PIN")
        .legend("Set the PIN of an extension")
        .field(Field::text("name", "User, or extension number").required().autocomplete("off"))
        .field(Field::password("pin", "New PIN", Autocomplete::OneTime).hint(hint).required());
    Ok(Sheet::new("Extension PIN").block(form).into())
}
