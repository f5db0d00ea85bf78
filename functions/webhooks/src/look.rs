//! A look: which webhooks have something to do, and a message for each.

use runtime::InvocationError;
use runtime::fields;
use tracing::info;

use crate::App;

pub(crate) async fn send_due(app: &App) -> Result<(), InvocationError> {
    let due = app.store.due_webhooks().await?;
    app.queues.send_work(&due).await?;
    info!({ fields::COUNT } = due.len(), "Webhooks have something to do");
    Ok(())
}
