/** The file formats of a report. */
export const reportFormats = ["csv", "json"] as const;
export type ReportFormat = (typeof reportFormats)[number];
