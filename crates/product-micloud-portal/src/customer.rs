//! End users and the customers they belong to.

use pbx_estate::people::{People, hold, manage};
use pbx_estate::{Args, Context, Outcome, Refusal, Reply, Stop};
use pbx_page::{Field, Form};
use pbx_product::{Action, Shown, standard};

use crate::permission;

/// What the forms of the end users' page do: one user, or several ticked in the list. A user goes with every service
/// that was provisioned for him; there is no other way (CMP-030).
pub(crate) const USER_ACTIONS: &[Action] = &[
    Action { name: "create", needs: permission::USERS_CHANGE, run: manage::create },
    Action { name: "change", needs: permission::USERS_CHANGE, run: manage::change },
    Action { name: "export", needs: permission::USERS_READ, run: manage::export },
    Action {
        name: "remove-with-services",
        needs: permission::USERS_DELETE,
        run: manage::remove_with_services,
    },
    Action { name: "remove-ticked", needs: permission::USERS_DELETE, run: manage::remove_with_services },
];

/// What the forms of the customers' page do.
pub(crate) const CUSTOMER_ACTIONS: &[Action] =
    &[Action { name: "remove", needs: permission::CUSTOMERS_CHANGE, run: remove }];

/// The end users; under the list, those of this page to be ticked and deleted together.
pub(crate) fn users(cx: &Context<'_>, args: &Args) -> Result<Shown, Stop> {
    let mut shown = standard::people(cx, args, USER_ACTIONS)?;
    let is_list = args.all("person").len() != 1;
    if !is_list || !cx.principal().role.includes(permission::USERS_DELETE) {
        return Ok(shown);
    }
    let Reply::Listing(listing) = manage::list(cx, args)?.reply else { return Ok(shown) };
    if listing.rows.is_empty() {
        return Ok(shown);
    }
    let legend = format!("Delete with all services, at most {} at a time", manage::TOGETHER_MAX);
    let mut form =
        Form::post("remove-ticked", "?do=remove-ticked", "Delete the ticked").legend(legend).danger();
    for cells in &listing.rows {
        let [handle, rest @ ..] = cells.as_slice() else { continue };
        let label = format!("{} ({handle})", rest.iter().take(2).cloned().collect::<Vec<_>>().join(" "));
        let ticked = args.all("person").contains(handle);
        form = form.field(Field::option("person", label, handle, ticked));
    }
    shown.sheet = shown.sheet.block(form);
    Ok(shown)
}

/// Deletes a customer, where no end user is left: their services would be nobody's.
pub(crate) fn remove(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let users = People::open(&cx.estate)?.number_of_end_users()?;
    if users > 0 {
        let users =
            if users == 1 { "1 end user exists".to_owned() } else { format!("{users} end users exist") };
        let why = format!("{users} still. Delete every end user before the customer.");
        return Err(Refusal::Conflict(why).into());
    }
    hold::remove(cx, &args.with("store", "customers").with("owner", "0"))
}
