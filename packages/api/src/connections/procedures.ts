import { procedure } from "../procedures.ts";
import {
  addConnectionInput,
  connectionInput,
  rotateConnectionInput,
  updateConnectionInput,
} from "./inputs.ts";
import {
  addConnection,
  disableConnection,
  enableConnection,
  getConnection,
  listConnections,
  removeConnection,
  rotateConnection,
  testConnection,
  updateConnection,
} from "./service.ts";
import { connectionView, removedView } from "./view.ts";

const owner = procedure.requires("platform:manage");

export const connectionProcedures = {
  list: owner.output(connectionView.array()).query(({ ctx }) => listConnections(ctx)),

  get: owner
    .input(connectionInput)
    .output(connectionView)
    .query(({ ctx, input }) => getConnection(ctx, input.connection)),

  /** Adds a connection, disabled, and tests it. */
  add: owner
    .input(addConnectionInput)
    .output(connectionView)
    .mutation(({ ctx, input }) => addConnection(ctx, input)),

  /** Changes the name, or which subscriptions it reads. */
  update: owner
    .input(updateConnectionInput)
    .output(connectionView)
    .mutation(({ ctx, input }) => updateConnection(ctx, input)),

  /** Replaces the credential, and tests it. */
  rotate: owner
    .input(rotateConnectionInput)
    .output(connectionView)
    .mutation(({ ctx, input }) => rotateConnection(ctx, input)),

  /** Requests a test; poll `get` until `test.pending` is false. */
  test: owner
    .input(connectionInput)
    .output(connectionView)
    .mutation(({ ctx, input }) => testConnection(ctx, input.connection)),

  enable: owner
    .input(connectionInput)
    .output(connectionView)
    .mutation(({ ctx, input }) => enableConnection(ctx, input.connection)),

  disable: owner
    .input(connectionInput)
    .output(connectionView)
    .mutation(({ ctx, input }) => disableConnection(ctx, input.connection)),

  remove: owner
    .input(connectionInput)
    .output(removedView)
    .mutation(({ ctx, input }) => removeConnection(ctx, input.connection)),
};
