/** Everything that REDCap is asked for here, as typed calls through the door. */
export { createDeleter, type Deleter, type DeletionHooks } from './deleter.ts';
export {
  createFileClient,
  type ExportFileAnswer,
  type FileClient,
  type FileHooks,
  type ImportFileAnswer,
  type Sink,
} from './file-client.ts';
export type { UploadFile } from './multipart.ts';
export { createReader, type Reader, type ReadHooks, type RecordQuery } from './reader.ts';
export type {
  EventForm,
  EventInfo,
  MetadataField,
  ProjectInfo,
  RecordRow,
  RepeatInfo,
} from './shapes.ts';
