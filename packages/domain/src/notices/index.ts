export {
  failureParams,
  type Notice,
  type NoticeCode,
  notice,
  noticeCodes,
  noticeSchema,
  noticeText,
  type StoredNotice,
  storedNoticeSchema,
} from "./notices.ts";
