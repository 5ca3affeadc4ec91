export { AllocationMap, clusterBytes, type DataRun, dataOf } from "./allocation-map.ts";
export { flatImage, type ImageLayout, type ImagePiece, packedImage, placesOf } from "./image.ts";
export { qcow2Image, qcow2Revision } from "./qcow2.ts";
