//! Every listener of every site.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use pbx_estate::setting::Admission;
use pbx_https::{Certificates, SeatService, Transport};
use pbx_kernel::{Source, Transport as Kind};
use pbx_listener::{Gate, Limits, Port, Stopping};
use pbx_policy::Listener;
use pbx_ssh::{HostKey, SeatPlane, Settings, Shell};
use pbx_vault::SystemEntropy;
use pbx_world::{ListenerEndpoint, Seat, SiteEndpoint, World};
use tokio::sync::watch;

/// The open ports, with the site and listener that each serves.
pub(super) struct Listeners(Vec<(Arc<Seat>, Listener, Port)>);

impl Listeners {
    /// Opens them all; those that a site keeps shut refuse connections until it opens them.
    pub(super) fn open(
        world: &Arc<World>,
        address: IpAddr,
        certificates: &Certificates,
        host_keys: Option<&Path>,
        stopping: &Stopping,
    ) -> Result<Self> {
        let mut ports = Vec::new();
        for seat in world.seats() {
            for (listener, port) in seat.listeners() {
                let at = SocketAddr::new(address, port);
                let opened = open(&seat, &listener, at, certificates, host_keys, stopping.clone());
                let port = opened.with_context(|| {
                    format!("the listener {} of site {} cannot open {at}", listener.id, seat.id())
                })?;
                ports.push((Arc::clone(&seat), listener, port));
            }
        }
        Ok(Self(ports))
    }

    /// The sites with their listeners, for the endpoints file.
    pub(super) fn endpoints(&self, world: &World, address: IpAddr) -> Vec<SiteEndpoint> {
        let of = |seat: Arc<Seat>| {
            let own = self.0.iter().filter(|(it, ..)| it.id() == seat.id());
            let listeners =
                own.map(|(seat, listener, port)| endpoint(seat, listener, address, port.address().port()));
            let listeners = listeners.collect();
            SiteEndpoint::of(&seat, listeners)
        };
        world.seats().into_iter().map(of).collect()
    }

    /// Waits until all have stopped.
    pub(super) async fn stopped(self) {
        for (_, _, port) in self.0 {
            port.stopped().await;
        }
    }
}

fn open(
    seat: &Arc<Seat>,
    listener: &Listener,
    at: SocketAddr,
    certificates: &Certificates,
    host_keys: Option<&Path>,
    stopping: Stopping,
) -> Result<Port> {
    let gate = SeatGate { seat: Arc::clone(seat), listener: listener.clone() };
    let limits = Limits::default();
    let service = SeatService::new(Arc::clone(seat));
    let port = match listener.transport {
        Kind::Http => Port::open(at, gate, Transport::plain(service), limits, stopping)?,
        Kind::Https => {
            let config = certificates.server(seat.id().as_str())?;
            Port::open(at, gate, Transport::secure(config, service), limits, stopping)?
        }
        Kind::Ssh => {
            let host_key = match host_keys {
                Some(folder) => {
                    HostKey::open(&folder.join(format!("{}.key", seat.id())), &mut SystemEntropy)?
                }
                None => HostKey::ephemeral(&mut SystemEntropy),
            };
            let idle = seat.policy().sessions.idle;
            let settings = Settings { software: listener.software.clone(), idle, host_key };
            Port::open(at, gate, Shell::new(SeatPlane::new(Arc::clone(seat)), settings), limits, stopping)?
        }
    };
    Ok(port)
}

fn endpoint(seat: &Seat, listener: &Listener, address: IpAddr, port: u16) -> ListenerEndpoint {
    let at = SocketAddr::new(address, port);
    let url = match listener.transport {
        Kind::Http => Some(format!("http://{at}/")),
        Kind::Https => Some(format!("https://{at}/")),
        Kind::Ssh => None,
    };
    ListenerEndpoint {
        id: listener.id.clone(),
        kind: listener.transport,
        address: address.to_string(),
        port,
        enabled: seat.admission(listener) != Admission::None,
        url,
    }
}

/// Lets in whom the site lets in.
struct SeatGate {
    seat: Arc<Seat>,
    listener: Listener,
}

impl Gate for SeatGate {
    fn is_open(&self) -> bool {
        self.seat.admission(&self.listener) != Admission::None
    }

    fn admits(&self, source: Source) -> bool {
        self.seat.admits(&self.listener, source)
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.seat.settings_changed()
    }
}
