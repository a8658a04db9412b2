use pbx_kernel::{Sequence, Store, StoreError};
use tokio::sync::oneshot;

/// Waits until the batch is on the disk, or can no longer get there. Hold no lock meanwhile.
pub(crate) async fn durable(store: &dyn Store, sequence: Sequence) -> Result<(), StoreError> {
    let (sender, receiver) = oneshot::channel();
    store.when_durable(
        sequence,
        Box::new(move |outcome| {
            // Whoever waited may be gone.
            let _ = sender.send(outcome);
        }),
    );
    receiver.await.unwrap_or_else(|_| Err(StoreError::Failed { what: "the store is closed".to_owned() }))
}
