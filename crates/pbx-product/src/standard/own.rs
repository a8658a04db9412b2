use pbx_estate::{Args, Context, Stop, account};
use pbx_page::{Autocomplete, Facts, Field, Form, Note, Sheet};

use crate::{Action, Shown, needs};

/// What the forms of [`own`] do.
pub const OWN_ACTIONS: &[Action] =
    &[Action { name: "own-password", needs: needs::OWN, run: account::set_own_password }];

/// Where login leads: what this is, and who is here.
pub fn overview(cx: &Context<'_>, _: &Args) -> Result<Shown, Stop> {
    let principal = cx.principal();
    let product = &cx.policy.product;
    let facts = Facts::new("System")
        .fact("Product", product.name.as_str())
        .fact("Release", product.releases.first().map(String::as_str).unwrap_or_default())
        .fact(cx.policy.words.account.as_str(), principal.account.as_str())
        .fact(cx.policy.words.role.as_str(), principal.role.name.as_str())
        .fact("Address", principal.source.to_string());
    Ok(Sheet::new("Overview").block(facts).into())
}

/// One's own account: its facts, and a new password (or PIN) for it.
pub fn own(cx: &Context<'_>, _: &Args) -> Result<Shown, Stop> {
    let principal = cx.principal();
    let present = account::find(&cx.estate, cx.policy, &principal.account)?;
    let rule = account::password_rule(&cx.estate, cx.policy, &principal.role.id)?;
    let password =
        |name: &str, label: &str, autocomplete| Field::password(name, label, autocomplete).required();
    let form = Form::post("own-password", "?do=own-password", "Change password")
        .legend("Change password")
        .field(password("current", "Present password", Autocomplete::Current))
        .field(password("password", "New password", Autocomplete::New).hint(rule.describe()))
        .field(password("confirm", "New password again", Autocomplete::New));
    let facts = Facts::new("")
        .fact(cx.policy.words.account.as_str(), principal.account.as_str())
        .fact(cx.policy.words.role.as_str(), principal.role.name.as_str());
    let mut sheet = Sheet::new("Own account").block(facts);
    if present.as_ref().is_some_and(|it| it.must_change) {
        sheet = sheet.block(Note::warning("Choose a new password before you go on."));
    }
    sheet = sheet.block(form);
    if let (Some(_), Some(rule)) = (present.and_then(|it| it.pin), cx.policy.passwords.get("pin")) {
        let pin = Form::post("own-pin", "?do=own-password", "Change PIN")
            .legend("Change PIN")
            .field(password("current", "Present password", Autocomplete::Current))
            .field(password("pin", "New PIN", Autocomplete::New).hint(rule.describe()));
        sheet = sheet.block(pin);
    }
    Ok(sheet.into())
}
