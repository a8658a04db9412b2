//! The end users, and what is held of them.

use pbx_estate::people::{hold, manage};
use pbx_estate::{Args, Context, Stop};
use pbx_page::Note;
use pbx_product::{Action, Shown, standard};

use crate::node;
use crate::permission::{
    CONTACTS_DELETE, CUSTOMERS_DELETE, PEOPLE_CHANGE, PEOPLE_DELETE, PEOPLE_DELETE_SERVICES, PEOPLE_READ,
    RECORDINGS_DELETE,
};

/// What the forms of [`people`] do.
pub(super) const PEOPLE: &[Action] = &[
    Action { name: "create", needs: PEOPLE_CHANGE, run: manage::create },
    Action { name: "change", needs: PEOPLE_CHANGE, run: manage::change },
    Action { name: "export", needs: PEOPLE_READ, run: manage::export },
    Action { name: "remove", needs: PEOPLE_DELETE, run: manage::remove },
    Action { name: "remove-with-services", needs: PEOPLE_DELETE_SERVICES, run: node::remove_with_services },
];

/// What the form of [`contacts`] does.
pub(super) const CONTACTS: &[Action] = &[Action { name: "erase", needs: CONTACTS_DELETE, run: hold::erase }];

/// What the forms of [`customers`] do.
pub(super) const CUSTOMERS: &[Action] =
    &[Action { name: "remove", needs: CUSTOMERS_DELETE, run: node::remove_customer }];

/// What the forms of [`recordings`] do.
pub(super) const RECORDINGS: &[Action] =
    &[Action { name: "remove", needs: RECORDINGS_DELETE, run: hold::remove }];

/// The end users as the Provisioning Manager has them.
pub(super) fn people(cx: &Context<'_>, args: &Args) -> Result<Shown, Stop> {
    standard::people(cx, args, PEOPLE)
}

/// Personal contact lists.
pub(super) fn contacts(cx: &Context<'_>, args: &Args) -> Result<Shown, Stop> {
    standard::store(cx, args, CONTACTS)
}

/// The customers of a hosted system.
pub(super) fn customers(cx: &Context<'_>, args: &Args) -> Result<Shown, Stop> {
    standard::store(cx, args, CUSTOMERS)
}

/// Call recordings.
pub(super) fn recordings(cx: &Context<'_>, args: &Args) -> Result<Shown, Stop> {
    standard::store(cx, args, RECORDINGS)
}

/// What the Service Node holds, and how its commands erase it.
pub(super) fn printed(cx: &Context<'_>, args: &Args) -> Result<Shown, Stop> {
    let shown = standard::store(cx, args, &[])?;
    let ways = hold::find(cx, args)?.erase.iter().filter(|it| !it.needs.is_empty());
    let sheet = ways.fold(shown.sheet, |sheet, it| sheet.block(Note::info(it.how.as_str())));
    Ok(Shown { sheet, ..shown })
}
