//! The command line: what can be typed, and what `--help` teaches.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Stand in for the management plane of a PBX: five products over SSH and HTTPS, with their real controls.
///
/// Start with `understudy serve`: it prints where everything answers, and with which accounts. For labs and tests
/// only: the accounts are documented, the telephony is simulated.
#[derive(Parser)]
#[command(version, propagate_version = true, after_help = AFTER_HELP)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Run a world until Ctrl-C.
    Serve(Serve),
    /// Check scenario and policy files; every mistake is named with file, line and field.
    Check(Check),
    /// Verify a trail or a certificate offline, with the public key only.
    Verify(Verify),
    /// List what the vendors' papers state and how each statement is met.
    Controls(Controls),
    /// Print what sites hold of people, as a record of processing activities (GDPR Art. 30).
    ///
    /// One row for each field of each store: whom it is about, what it is for, on which legal basis, who may get it, how
    /// long it is kept, what protects it, and how it is erased or why not. It is made from the policies, without a
    /// running world; where a vendor's paper is silent, it says so. The controller completes it.
    #[command(after_help = INVENTORY_HELP)]
    Inventory(Inventory),
    /// Print where each invented person of a site occurs, as JSON: what a search should find, and an erasure leave
    /// nothing of.
    ///
    /// It is made from the scenario, without a running world, and knows nothing of what was done there since.
    #[command(after_help = MANIFEST_HELP)]
    Manifest(Manifest),
    /// Rehearse a person's request (GDPR Art. 15, 17, 20) at a site of a running world, from intake to certificate.
    ///
    /// Each step is taken over the director and printed with what came of it. An erasure is carried out through the
    /// product's own operations and nothing else; afterwards everything is searched for what is left. Where the vendor's
    /// paper is silent the result is never complete, and the certificate says why.
    #[command(after_help = REHEARSE_HELP)]
    Rehearse(Rehearse),
    /// Show or steer the virtual clock of a running world.
    Clock(Clock),
    /// List the sites of a running world.
    Sites(Director),
}

/// What `serve` takes.
#[derive(Args)]
pub(crate) struct Serve {
    /// The world: a scenario file. Without one, the five products on their usual ports.
    pub(crate) scenario: Option<PathBuf>,
    /// Where state lives; made with mode 0700.
    #[arg(long, value_name = "DIR", default_value = "state")]
    pub(crate) state: PathBuf,
    /// Keep everything in memory: nothing is written, nothing survives.
    #[arg(long, conflicts_with = "state")]
    pub(crate) ephemeral: bool,
    /// The operator's root key, a file outside the state directory; made where there is none. [default: beside the
    /// state directory, DIR.root-key]
    #[arg(long, value_name = "FILE")]
    pub(crate) root_key: Option<PathBuf>,
    /// The address to listen on. Anything but a loopback address puts a lab with known passwords on a network.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1")]
    pub(crate) listen: IpAddr,
    /// Write this file, whole, once every listener is ready: addresses, accounts, certificates, director.
    #[arg(long, value_name = "FILE")]
    pub(crate) endpoints: Option<PathBuf>,
    /// Replace a product's policy by this file; may be given several times.
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Vec<PathBuf>,
    /// What to log on standard error: error, warn, info, debug, or a filter such as `warn,pbx_ssh=debug`.
    #[arg(long, value_name = "LEVEL", default_value = "warn")]
    pub(crate) log: String,
}

/// What `check` takes.
#[derive(Args)]
pub(crate) struct Check {
    /// Scenario files, and policies (files with a [product] table).
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
}

/// What `verify` takes.
#[derive(Args)]
pub(crate) struct Verify {
    /// The trail: one recorder line per row, as the director's /sites/ID/trail gives it; `-` for standard input. Or a
    /// certificate that `rehearse` wrote: it is told by its content.
    pub(crate) trail: PathBuf,
    /// The recorder's public key: the text of the director's /public-key, or a file with it.
    #[arg(long, value_name = "KEY")]
    pub(crate) key: String,
    /// A signed checkpoint that was kept with the trail; may be given several times.
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Vec<PathBuf>,
    /// A signed checkpoint that was kept elsewhere, out of reach of whoever writes the trail.
    #[arg(long, value_name = "FILE")]
    pub(crate) anchor: Vec<PathBuf>,
    /// Print the report as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What `controls` takes.
#[derive(Args)]
pub(crate) struct Controls {
    /// Only this product, for example `mx-one`.
    pub(crate) product: Option<String>,
    /// How to print them.
    #[arg(long, value_enum, default_value_t = Form::Table)]
    pub(crate) form: Form,
}

/// A form of printing.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// One object for each, in an array.
    Json,
    /// Columns for people.
    Table,
    /// Tab-separated values.
    Tsv,
}

/// What `inventory` takes.
#[derive(Args)]
pub(crate) struct Inventory {
    /// The world: a scenario file. Without one, the five products.
    pub(crate) scenario: Option<PathBuf>,
    /// Only this site.
    #[arg(long, value_name = "ID")]
    pub(crate) site: Option<String>,
    /// Only sites of this product, for example `mx-one`.
    #[arg(long, value_name = "ID")]
    pub(crate) product: Option<String>,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = RecordFormat::Csv)]
    pub(crate) format: RecordFormat,
}

/// What `manifest` takes.
#[derive(Args)]
pub(crate) struct Manifest {
    /// The world: a scenario file. Without one, the five products.
    pub(crate) scenario: Option<PathBuf>,
    /// Which site.
    #[arg(long, value_name = "ID")]
    pub(crate) site: String,
    /// Only whoever has this extension, number, name or e-mail address.
    #[arg(long, value_name = "EXT|NAME")]
    pub(crate) person: Option<String>,
}

/// A format of the record of processing activities.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RecordFormat {
    /// For spreadsheets.
    Csv,
    /// For programs, with terms of the Data Privacy Vocabulary.
    JsonLd,
}

/// What `rehearse` takes.
#[derive(Args)]
pub(crate) struct Rehearse {
    /// The site, for example `mx-one`.
    pub(crate) site: String,
    /// Who asks: an extension, a phone number, an e-mail address, an account, or a name in quotes.
    #[arg(long, value_name = "WHO")]
    pub(crate) person: String,
    /// What is asked for.
    #[arg(long, value_enum)]
    pub(crate) kind: RequestKind,
    /// Write the package and the certificate into this directory.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Stop where data would change, show what would be done, and take the request back.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// The identity was checked elsewhere: for people whom the site has no record of.
    #[arg(long)]
    pub(crate) vouched: bool,
    /// Also go ways of erasing that the vendor's paper does not name.
    #[arg(long)]
    pub(crate) take_silent_ways: bool,
    #[command(flatten)]
    pub(crate) director: Director,
}

/// What a person may ask for.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RequestKind {
    /// A copy of everything, Art. 15.
    Access,
    /// That it is erased, Art. 17.
    Erasure,
    /// What the person provided, for machines, Art. 20.
    Portability,
}

impl RequestKind {
    /// The kind as the director writes it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Erasure => "erasure",
            Self::Portability => "portability",
        }
    }
}

/// Where a running world's director is.
#[derive(Args)]
pub(crate) struct Director {
    /// The endpoints file that `serve --endpoints` wrote.
    #[arg(long, value_name = "FILE", default_value = "state/endpoints.json")]
    pub(crate) endpoints: PathBuf,
}

/// What `clock` takes.
#[derive(Args)]
pub(crate) struct Clock {
    #[command(flatten)]
    pub(crate) director: Director,
    #[command(subcommand)]
    pub(crate) deed: Option<ClockDeed>,
}

/// What can be done to the clock; nothing shows it.
#[derive(Subcommand)]
pub(crate) enum ClockDeed {
    /// Move it on, for example by `20m`, `90s`, `2h` or `7d`.
    Advance {
        /// How far.
        by: String,
    },
    /// Stop it.
    Freeze,
    /// Let it run with real time again.
    Run,
    /// Set it to a moment that is not before now, for example `2026-12-24T18:00:00Z`.
    Set {
        /// The moment, RFC 3339.
        to: String,
    },
}

const INVENTORY_HELP: &str = "\
  understudy inventory >record.csv                 all five products, for a spreadsheet
  understudy inventory --product office-400        one product
  understudy inventory world.toml --site branch --format json-ld";

const MANIFEST_HELP: &str = "\
  understudy manifest --site mx-one                everybody at the site of the default world
  understudy manifest world.toml --site branch --person 2000
  understudy manifest world.toml --site branch --person \"Ines Falk\"";

const REHEARSE_HELP: &str = "\
Exit status: 0 every step was taken, whatever is left is declared; 1 a step failed, or something unexplained is left.

  understudy rehearse mx-one --person 201 --kind access --out copy
  understudy rehearse mx-one --person 201 --kind erasure --dry-run    what would go, and what could not
  understudy rehearse mx-one --person 201 --kind erasure --out proof
  understudy verify proof/r-00001-certificate.json --key state/recorder.pub";

const AFTER_HELP: &str = "\
Exit status: 0 done; 1 it failed, or what was verified is not intact; 2 the command line or a file is wrong.

  understudy serve                                 five products, state in ./state
  understudy serve world.toml --ephemeral --endpoints e.json   for a test suite
  understudy check world.toml                      is this scenario right?
  understudy controls mx-one                       what the paper states, and how it is met
  understudy inventory --product mx-one            what it holds of people, and how that goes
  understudy rehearse mx-one --person 201 --kind access   one person's request, to the certificate";
