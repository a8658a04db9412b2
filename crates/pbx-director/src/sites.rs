use axum::Json;
use axum::extract::State;
use pbx_estate::account::Account;
use pbx_estate::setting::Admission;
use pbx_kernel::{Surface, Timestamp, Transport};
use pbx_site::Lockout;
use pbx_world::Seat;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::Api;
use crate::extract::OneSite;
use crate::problem::{Guarded, OfSite, OfStore, Problem};

/// The sites of the world.
#[derive(Serialize, ToSchema)]
pub(crate) struct SitesReply {
    /// By id.
    sites: Vec<SiteReply>,
}

/// One emulated system.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "mx-one", "product": "mx-one", "product_name": "MX-ONE", "release": "7.x", "trail_len": 311,
    "listeners": [{ "id": "ssh", "transport": "ssh", "surface": "ssh", "admits": "all" }]
}))]
pub(crate) struct SiteReply {
    /// Its id.
    id: String,
    /// What it emulates, by its short name.
    product: String,
    /// What it emulates, as people call it.
    product_name: String,
    /// Which release of it.
    release: String,
    /// How many lines its trail has; the newest of them may not be on the disk yet.
    trail_len: u64,
    /// Where it listens; the ports are in the endpoints file.
    listeners: Vec<ListenerReply>,
}

/// One listener of a site.
#[derive(Serialize, ToSchema)]
struct ListenerReply {
    /// Its name in the product's policy.
    id: String,
    /// How bytes travel.
    #[schema(value_type = String, example = "https")]
    transport: Transport,
    /// Which surface it opens.
    #[schema(value_type = String, example = "web")]
    surface: Surface,
    /// Whom it lets in now.
    admits: AdmitsReply,
}

/// Whom a listener lets in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum AdmitsReply {
    /// Everybody.
    All,
    /// Nobody: its port refuses connections.
    None,
    /// Callers from some networks.
    Some,
}

/// The counts and locks of a site.
#[derive(Serialize, ToSchema)]
pub(crate) struct LockoutsReply {
    /// Those that are not blank.
    lockouts: Vec<LockoutReply>,
}

/// One count of failed logins.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "key": "ada", "failures": 3, "locked": true, "since": "2026-11-22T09:00:04.120Z",
    "until": "2026-11-22T09:20:04.120Z"
}))]
struct LockoutReply {
    /// The account, in lower case where the product ignores case, or the address that failures are counted for.
    key: String,
    /// How many failures count.
    failures: u32,
    /// Whether it is locked.
    locked: bool,
    /// Since when it is locked.
    #[schema(format = DateTime)]
    since: Option<String>,
    /// Until when it is locked; `null` while locked means until somebody unlocks it.
    #[schema(format = DateTime)]
    until: Option<String>,
}

/// The accounts of a site.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccountsReply {
    /// By name.
    accounts: Vec<AccountReply>,
}

/// One account as it is now.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "name": "ada", "role": "administrator", "state": "open", "last_login": "2026-11-22T09:00:04.120Z"
}))]
struct AccountReply {
    /// Its name.
    name: String,
    /// Its role's id.
    role: String,
    /// What stands between it and a login: `open`, `locked`, `disabled`, `no password` or `must change password`.
    state: &'static str,
    /// When it last logged in.
    #[schema(format = DateTime)]
    last_login: Option<String>,
}

/// Every site.
#[utoipa::path(get, path = "/sites", operation_id = "list_sites", tag = "sites", responses(
    (status = 200, description = "The sites", body = SitesReply),
    Guarded, OfStore
))]
pub(crate) async fn list(State(api): State<Api>) -> Result<Json<SitesReply>, Problem> {
    let sites = api.blocking(|world| world.seats().iter().map(|it| SiteReply::of(it)).collect()).await?;
    Ok(Json(SitesReply { sites }))
}

/// One site.
#[utoipa::path(get, path = "/sites/{id}", operation_id = "show_site", tag = "sites",
    params(("id" = String, Path, description = "The site", example = "mx-one")),
    responses((status = 200, description = "The site", body = SiteReply), Guarded, OfSite))]
pub(crate) async fn show(OneSite(seat): OneSite) -> Json<SiteReply> {
    Json(SiteReply::of(&seat))
}

/// A site's accounts and the state of each.
#[utoipa::path(get, path = "/sites/{id}/accounts", operation_id = "list_accounts", tag = "sites",
    params(("id" = String, Path, description = "The site", example = "mx-one")),
    responses((status = 200, description = "The accounts", body = AccountsReply), Guarded, OfSite, OfStore))]
pub(crate) async fn accounts(
    State(api): State<Api>,
    OneSite(seat): OneSite,
) -> Result<Json<AccountsReply>, Problem> {
    let accounts = api.blocking(move |_| seat.accounts_now()).await??;
    let mut accounts: Vec<AccountReply> = accounts.into_iter().map(AccountReply::of).collect();
    accounts.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(Json(AccountsReply { accounts }))
}

/// A site's counts of failed logins and its locks, whether they are of accounts or of addresses.
#[utoipa::path(get, path = "/sites/{id}/lockouts", operation_id = "list_lockouts", tag = "sites",
    params(("id" = String, Path, description = "The site", example = "mx-one")),
    responses(
        (status = 200, description = "The counts and locks", body = LockoutsReply),
        Guarded, OfSite, OfStore
    ))]
pub(crate) async fn lockouts(
    State(api): State<Api>,
    OneSite(seat): OneSite,
) -> Result<Json<LockoutsReply>, Problem> {
    let lockouts = api.blocking(move |world| Ok::<_, Problem>((world.now(), seat.lockouts()?))).await?;
    let (now, lockouts) = lockouts?;
    let lockouts = lockouts.into_iter().map(|it| LockoutReply::of(it, now)).collect();
    Ok(Json(LockoutsReply { lockouts }))
}

impl SiteReply {
    fn of(seat: &Seat) -> Self {
        let product = &seat.policy().product;
        let listeners = seat.policy().listeners.iter().map(|listener| ListenerReply {
            id: listener.id.clone(),
            transport: listener.transport,
            surface: listener.surface,
            admits: match seat.admission(listener) {
                Admission::All => AdmitsReply::All,
                Admission::None => AdmitsReply::None,
                Admission::Only(_) => AdmitsReply::Some,
            },
        });
        Self {
            id: seat.id().to_string(),
            product: product.id.clone(),
            product_name: product.name.clone(),
            release: seat.release().to_owned(),
            trail_len: seat.trail_len(),
            listeners: listeners.collect(),
        }
    }
}

impl AccountReply {
    fn of((account, state): (Account, &'static str)) -> Self {
        let last_login = account.last_login.map(|it| it.to_string());
        Self { name: account.name.to_string(), role: account.role, state, last_login }
    }
}

impl LockoutReply {
    fn of(lockout: Lockout, now: Timestamp) -> Self {
        let Lockout { key, failures, since, until } = lockout;
        let locked = since.is_some() && until.is_none_or(|it| it > now);
        let text = |it: Option<Timestamp>| it.map(|it| it.to_string());
        Self { key, failures, locked, since: text(since), until: text(until) }
    }
}
