//! Where people live and work. The towns, the streets and the firms do not exist.

use crate::draw::Draw;

/// A country as far as an address goes.
pub(crate) struct Country {
    /// The language spoken there (BCP 47).
    pub(crate) language: &'static str,
    /// Its towns, each with the county, region or state it lies in.
    towns: &'static [&'static (&'static str, &'static str)],
    streets: &'static [&'static str],
    form: Form,
}

/// How a country writes addresses.
enum Form {
    /// `14 Heron Lane`, `ZZ1 4ZZ`.
    British,
    /// `14 Heron Lane`, `00014`.
    NumberFirst,
    /// `Lärkstigen 14`, `000 14`.
    StreetFirst,
}

/// A postal address.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Address {
    country: &'static Country,
    town: &'static (&'static str, &'static str),
    street: &'static str,
    house: u32,
    code: u32,
}

impl Address {
    /// An address in `country`.
    pub(crate) fn draw(country: &'static Country, draw: &mut Draw) -> Self {
        let (town, street) = (draw.pick(country.towns), draw.pick(country.streets));
        Self { country, town, street, house: 1 + draw.small(140), code: draw.small(100) }
    }

    pub(crate) fn city(&self) -> &'static str {
        self.town.0
    }

    pub(crate) fn state(&self) -> &'static str {
        self.town.1
    }

    pub(crate) fn line(&self) -> String {
        match self.country.form {
            Form::British | Form::NumberFirst => format!("{} {}", self.house, self.street),
            Form::StreetFirst => format!("{} {}", self.street, self.house),
        }
    }

    /// A code that no post office has: area ZZ in the United Kingdom, 000 elsewhere.
    pub(crate) fn postal_code(&self) -> String {
        match self.country.form {
            Form::British => format!("ZZ{} {}ZZ", self.code / 10, self.code % 10),
            Form::NumberFirst => format!("000{:02}", self.code),
            Form::StreetFirst => format!("000 {:02}", self.code),
        }
    }
}

impl std::fmt::Debug for Country {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.language)
    }
}

/// The countries where people live, in the order of their telephone numbers.
pub(crate) const COUNTRIES: [&Country; 4] = [
    &Country {
        language: "en-GB",
        towns: &[
            &("Eastmere", "Wexshire"),
            &("Harrow Staithe", "Northmarch"),
            &("Pennholt", "Wexshire"),
            &("Saltbridge", "Carrickshire"),
        ],
        streets: &["Heron Lane", "Foundry Row", "Tidewater Street", "Larkspur Close", "Old Ropewalk"],
        form: Form::British,
    },
    &Country {
        language: "sv-SE",
        towns: &[
            &("Norrvika", "Lövlands län"),
            &("Ekhamn", "Västra Skärlän"),
            &("Åsbro Strand", "Lövlands län"),
            &("Granköping", "Midlands län"),
        ],
        streets: &["Lärkstigen", "Hamnängsgatan", "Björkallén", "Sågverksvägen", "Måsbacken"],
        form: Form::StreetFirst,
    },
    &Country {
        language: "fr-FR",
        towns: &[
            &("Saint-Aubrelin", "Haute-Brévanne"),
            &("Port-Merlan", "Côtes-d'Ambre"),
            &("Montcélière", "Haute-Brévanne"),
            &("Vauclairy", "Val-de-Lusse"),
        ],
        streets: &["rue des Merles", "quai de la Saulaie", "allée du Vieux Four", "chemin des Grèves"],
        form: Form::NumberFirst,
    },
    &Country {
        language: "en-US",
        towns: &[
            &("Cedar Flats", "Jefferline"),
            &("Larkin Bay", "New Avonia"),
            &("Marrow Springs", "Jefferline"),
            &("Tolliver", "West Avonia"),
        ],
        streets: &["Cottonwood Drive", "Mill Pond Road", "Juniper Avenue", "Depot Street"],
        form: Form::NumberFirst,
    },
];

/// Departments of the firm.
pub(crate) const DEPARTMENTS: &[&str] = &[
    "Customer Care",
    "Dispatch",
    "Facilities",
    "Finance",
    "Front Desk",
    "Legal",
    "Research",
    "Sales",
    "Workshop",
];

/// Titles within a department.
pub(crate) const TITLES: &[&str] =
    &["Apprentice", "Assistant", "Clerk", "Coordinator", "Engineer", "Manager", "Receptionist", "Specialist"];

/// Buildings of the firm.
pub(crate) const LOCATIONS: &[&str] =
    &["Boathouse", "Head Office", "Lighthouse", "Mill", "North Wing", "Quayside"];

/// The firm itself, then those of callers from outside.
pub(crate) const COMPANY: &str = "Harbour & Vale";
pub(crate) const OTHER_COMPANIES: &[&str] = &[
    "Amberline Freight",
    "Brightwater Dental",
    "Cobalt Kiln Ceramics",
    "Dunmarrow Insurance",
    "Fjordlöv Förlag",
    "Gantry & Loom",
    "Maison Aubrelin",
    "Ostrich Valley Foods",
    "Quillstone Notaries",
    "Ypsilon Optik",
];
