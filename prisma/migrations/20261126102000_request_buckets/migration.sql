-- CreateTable
CREATE TABLE "RequestBucket" (
    "subscriptionId" TEXT NOT NULL,
    "principal" TEXT NOT NULL,
    "bucket" TEXT NOT NULL,
    "tokens" DOUBLE PRECISION NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "blockedUntil" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "RequestBucket_pkey" PRIMARY KEY ("subscriptionId","principal","bucket")
);
